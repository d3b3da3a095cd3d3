-- How many features of each class go up and down in each contrast, by each method.
-- One row per contrast, library, class and method; reads result.differential_expression, core.contrasts, core.studies.
-- is_primary, true/false: Whether the method is the one whose list counts (expression.primary of study.yaml).
-- feature_count, integer: Features of the class in the count matrix.
-- tested_count, integer: Features with an adjusted p-value.
-- up_count, integer: Features higher in the target, at the study's fold change and FDR.
-- down_count, integer: Features lower in the target, at the study's fold change and FDR.
-- power_note, text: What fold change this number of samples shows in the library; changes below it are mostly missed.
SELECT
    expression.study_id,
    expression.contrast_id,
    contrasts.reference,
    contrasts.target,
    expression.library,
    expression.rna_class,
    expression.method,
    coalesce(
        expression.method
        = json_extract_string(
            CASE WHEN json_valid(studies.manifest) THEN studies.manifest ELSE '{}' END, '$.expression.primary'
        ),
        FALSE
    ) AS is_primary,
    count(*) AS feature_count,
    count(expression.padj) AS tested_count,
    count(*) FILTER (WHERE expression.direction = 'up') AS up_count,
    count(*) FILTER (WHERE expression.direction = 'down') AS down_count,
    any_value(expression_power.note) AS power_note
FROM result.differential_expression AS expression
LEFT JOIN core.contrasts AS contrasts
    ON expression.study_id = contrasts.study_id AND expression.contrast_id = contrasts.contrast_id
LEFT JOIN core.studies AS studies ON expression.study_id = studies.study_id
LEFT JOIN result.expression_power AS expression_power
    ON
        expression.study_id = expression_power.study_id
        AND expression.contrast_id = expression_power.contrast_id
        AND expression.library = expression_power.library
GROUP BY ALL
ORDER BY
    expression.study_id ASC, expression.contrast_id ASC, expression.library ASC, expression.rna_class ASC,
    is_primary DESC,
    expression.method ASC
