-- Conditions of a study with their labels, in display order.
-- One row per study and condition; reads core.studies (study.yaml as JSON).
-- condition, text: Short name of the condition, as samples.csv has it.
-- label, text: What figures call the condition; its short name where study.yaml gives no label.
-- condition_order, integer: Place in display order; 0 is the reference.
WITH listed AS (
    SELECT
        studies.study_id,
        unnest(from_json(json_extract(studies.manifest, '$.conditions'), '[{"id": "VARCHAR", "label": "VARCHAR"}]'))
            AS item,
        generate_subscripts(
            from_json(json_extract(studies.manifest, '$.conditions'), '[{"id": "VARCHAR", "label": "VARCHAR"}]'), 1
        ) AS place
    FROM core.studies AS studies
    WHERE json_valid(studies.manifest)
)

SELECT
    listed.study_id,
    listed.item.id AS condition,
    coalesce(nullif(listed.item.label, ''), listed.item.id) AS label,
    listed.place - 1 AS condition_order
FROM listed
ORDER BY listed.study_id, condition_order
