-- Files that are stored but not loaded: why, and what to do.
-- One row per file and problem (one for a file without); reads core.raw_objects, ops.validation_results.
WITH held AS (
    SELECT
        raw_objects.study_id,
        raw_objects.object_id,
        raw_objects.file_name,
        raw_objects.assay,
        raw_objects.status,
        raw_objects.reason,
        raw_objects.received_at
    FROM core.raw_objects AS raw_objects
    WHERE raw_objects.status IN ('quarantined', 'ignored')
),

problems AS (
    SELECT
        results.study_id,
        results.file_name,
        results.object_id,
        results.rule,
        results.place,
        results.message,
        results.remedy
    FROM ops.validation_results AS results
    WHERE results.severity IN ('fatal', 'local')
)

SELECT DISTINCT
    held.study_id,
    held.file_name,
    held.assay,
    held.status,
    held.reason,
    problems.rule,
    problems.place,
    problems.message,
    CASE
        WHEN problems.remedy IS NOT NULL THEN problems.remedy
        WHEN held.status = 'ignored' THEN 'Name its assay in files.csv if it should be read; else leave it.'
        ELSE 'Export the file again or correct its row in files.csv; it is tried again at the next run.'
    END AS remedy,
    held.received_at
FROM held
LEFT JOIN problems
    ON
        held.study_id = problems.study_id
        AND held.file_name = problems.file_name
        AND coalesce(problems.object_id, held.object_id) = held.object_id
        AND held.status = 'quarantined'
ORDER BY held.study_id ASC, held.status DESC, held.file_name ASC, problems.place ASC, problems.rule ASC
