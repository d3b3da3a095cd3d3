-- Wells that carry a flag: lost or doubtful readings of plate readers and qPCR runs.
-- One row per flagged reading; reads core.plate_wells, core.qpcr_wells, core.raw_objects, core.samples.
-- quantity, text: What was read: the measure of a plate reader, the target of a qPCR.
-- value, number: What the instrument gave, in `unit`; null when it gave no number.
-- unit, text: Unit of the value; `cycle` in qPCR.
WITH flagged AS (
    SELECT
        wells.study_id,
        wells.object_id,
        wells.assay,
        wells.plate,
        wells.well,
        wells.time_h,
        wells.measure AS quantity,
        wells.sample_id,
        wells.role,
        wells.value,
        wells.unit,
        wells.flag
    FROM core.plate_wells AS wells
    WHERE wells.flag IS NOT NULL
    UNION ALL
    SELECT
        wells.study_id,
        wells.object_id,
        'qpcr' AS assay,
        wells.plate,
        wells.well,
        NULL AS time_h,
        wells.target AS quantity,
        wells.sample_id,
        wells.task AS role,
        wells.cq AS value,
        'cycle' AS unit,
        wells.flag
    FROM core.qpcr_wells AS wells
    WHERE
        wells.flag IS NOT NULL
        -- a blank in which nothing amplifies is as it should be
        AND NOT (wells.flag = 'undetermined' AND wells.task IN ('ntc', 'no_rt'))
),

files AS (
    SELECT
        raw_objects.study_id,
        raw_objects.object_id,
        string_agg(raw_objects.file_name, ';' ORDER BY raw_objects.file_name) AS file_name
    FROM core.raw_objects AS raw_objects
    WHERE raw_objects.status = 'loaded'
    GROUP BY raw_objects.study_id, raw_objects.object_id
)

SELECT
    flagged.study_id,
    flagged.assay,
    files.file_name,
    flagged.plate,
    flagged.well,
    flagged.time_h,
    flagged.quantity,
    flagged.sample_id,
    samples.condition,
    flagged.role,
    flagged.value,
    flagged.unit,
    flagged.flag
FROM flagged
LEFT JOIN files ON flagged.study_id = files.study_id AND flagged.object_id = files.object_id
LEFT JOIN core.samples AS samples
    ON flagged.study_id = samples.study_id AND flagged.sample_id = samples.sample_id
ORDER BY flagged.study_id, flagged.assay, files.file_name, flagged.plate, flagged.well, flagged.quantity
