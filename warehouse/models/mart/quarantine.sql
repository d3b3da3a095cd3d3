-- Files that are stored but not loaded, or that a person retracted: why, and what to do.
-- One row per file and problem (one for a file without); reads core.raw_objects, ops.validation_results.
-- file_name, text: Path in the study folder, with forward slashes.
-- status, text: `quarantined`, `retracted` (by a person) or `ignored` (nothing reads it).
-- message, text: What was found and what was expected; the person's reason for a retracted file.
-- remedy, text: What to do.
WITH held AS (
    SELECT
        raw_objects.study_id,
        raw_objects.object_id,
        raw_objects.file_name,
        raw_objects.assay,
        raw_objects.status,
        -- the reason opens with the file's name and ends with the remedy
        CASE
            WHEN starts_with(raw_objects.reason, raw_objects.file_name || ': ')
                THEN raw_objects.reason[len(raw_objects.file_name) + 3:]
            ELSE raw_objects.reason
        END AS reason,
        raw_objects.received_at
    FROM core.raw_objects AS raw_objects
    WHERE raw_objects.status IN ('quarantined', 'ignored', 'retracted')
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
    held.status,
    held.assay,
    problems.place,
    CASE
        WHEN problems.message IS NOT NULL THEN problems.message
        WHEN held.status = 'retracted' THEN held.reason
        ELSE split_part(held.reason, '. ', 1)
    END AS message,
    CASE
        WHEN problems.remedy IS NOT NULL THEN problems.remedy
        WHEN held.status = 'retracted' THEN '`benchlake reactivate STUDY FILE --reason …` takes it back.'
        WHEN contains(held.reason, '. ') THEN held.reason[strpos(held.reason, '. ') + 2:]
        WHEN held.status = 'ignored' THEN 'Name its assay in files.csv if it should be read; else leave it.'
        ELSE 'Export the file again or correct its row in files.csv; it is tried again at the next run.'
    END AS remedy,
    problems.rule,
    held.received_at
FROM held
LEFT JOIN problems
    ON
        held.study_id = problems.study_id
        AND held.file_name = problems.file_name
        AND coalesce(problems.object_id, held.object_id) = held.object_id
        AND held.status = 'quarantined'
ORDER BY
    held.study_id ASC, list_position(['quarantined', 'retracted', 'ignored'], held.status) ASC, held.file_name ASC,
    problems.place ASC, problems.rule ASC
