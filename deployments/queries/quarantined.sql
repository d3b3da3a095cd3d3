-- Files in quarantine, with the reason that names the place and the remedy.
-- One row per file; reads core.raw_objects.
SELECT
    study_id,
    file_name,
    coalesce(reason, '') AS reason
FROM core.raw_objects
WHERE status = 'quarantined'
ORDER BY study_id, file_name
