-- Registered studies with the time of their last publication.
-- One row per study; reads core.studies, ops.publications.
SELECT
    studies.study_id,
    studies.title,
    studies.is_simulated,
    publications.published_at,
    coalesce(publications.is_complete, false) AS is_complete
FROM core.studies AS studies
LEFT JOIN ops.publications AS publications ON studies.study_id = publications.study_id
ORDER BY studies.study_id
