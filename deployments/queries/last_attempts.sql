-- The last attempt of each part of each analysis that the study names; a failed one leaves the rows before it, stale.
-- One row per study, analysis and part; reads ops.analysis_runs.
SELECT
    study_id,
    analysis,
    part,
    status,
    coalesce(reason, '') AS reason,
    finished_at,
    row_count
FROM ops.analysis_runs
QUALIFY
    row_number() OVER (
        PARTITION BY study_id, analysis, part
        ORDER BY finished_at DESC, attempt_id DESC
    ) = 1
    AND reason IS DISTINCT FROM 'the study names it no more'
ORDER BY finished_at DESC, study_id ASC, analysis ASC, part ASC
