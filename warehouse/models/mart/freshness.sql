-- How fresh each study's published results are, and how many raw files stayed out.
-- One row per study; reads core.studies, core.raw_objects, ops.publications, ops.analysis_runs.
-- is_stale, true/false: Whether the last run failed in part, or nothing complete is published: older rows stand.
-- failed_part_count, integer: Parts of analyses whose last attempt failed.
-- loaded_count, integer: Raw files whose rows stand; the study's own sheets are not counted.
-- quarantined_count, integer: Raw files that were kept but could not be loaded; mart.quarantine says why.
-- ignored_count, integer: Raw files that were kept and that nothing reads.
-- last_received_at, time: When the newest raw file arrived (UTC).
WITH files AS (
    SELECT
        raw_objects.study_id,
        count(*) FILTER (WHERE raw_objects.status = 'loaded') AS loaded_count,
        count(*) FILTER (WHERE raw_objects.status = 'quarantined') AS quarantined_count,
        count(*) FILTER (WHERE raw_objects.status = 'ignored') AS ignored_count,
        max(raw_objects.received_at) AS last_received_at
    FROM core.raw_objects AS raw_objects
    WHERE raw_objects.assay NOT IN ('manifest', 'reference')
    GROUP BY raw_objects.study_id
),

newest_attempts AS (
    SELECT
        runs.study_id,
        runs.analysis,
        runs.part,
        runs.status
    FROM ops.analysis_runs AS runs
    QUALIFY row_number() OVER (
        PARTITION BY runs.study_id, runs.analysis, runs.part ORDER BY runs.finished_at DESC, runs.attempt_id DESC
    ) = 1
),

failures AS (
    SELECT
        newest_attempts.study_id,
        count(*) AS failed_part_count
    FROM newest_attempts
    WHERE newest_attempts.status = 'failed'
    GROUP BY newest_attempts.study_id
)

SELECT
    studies.study_id,
    studies.title,
    studies.is_simulated,
    publications.published_at,
    coalesce(failures.failed_part_count, 0) > 0 OR NOT coalesce(publications.is_complete, FALSE) AS is_stale,
    coalesce(failures.failed_part_count, 0) AS failed_part_count,
    coalesce(files.loaded_count, 0) AS loaded_count,
    coalesce(files.quarantined_count, 0) AS quarantined_count,
    coalesce(files.ignored_count, 0) AS ignored_count,
    files.last_received_at
FROM core.studies AS studies
LEFT JOIN ops.publications AS publications ON studies.study_id = publications.study_id
LEFT JOIN files ON studies.study_id = files.study_id
LEFT JOIN failures ON studies.study_id = failures.study_id
ORDER BY studies.study_id
