-- How many raw files of a study are loaded, quarantined, ignored, …
-- One row per study and status; reads core.raw_objects.
SELECT
    study_id,
    status,
    count(*) AS file_count
FROM core.raw_objects
WHERE assay NOT IN ('manifest', 'reference')
GROUP BY study_id, status
ORDER BY study_id, status
