-- Samples of every count matrix with condition and donor: reads, place in the PCA, sex shown, and hints to look at.
-- One row per library and sample; reads result.expression_quality, result.sample_identity, core.samples.
-- sex_hint, text: The sex that the reads show where it is not that of donors.csv; null otherwise.
-- donor_swap_hint, text: Samples whose labels this one may bear, by its likeness to another donor.
SELECT
    quality.study_id,
    quality.library,
    quality.sample_id,
    samples.condition,
    samples.donor_id,
    quality.library_size,
    quality.detected_count,
    quality.size_factor,
    quality.top_symbol,
    quality.top_feature_percent,
    quality.mitochondrial_percent,
    quality.ribosomal_percent,
    quality.pc1,
    quality.pc2,
    identity.observed_sex,
    CASE
        WHEN identity.observed_sex IN ('female', 'male') AND identity.observed_sex <> identity.declared_sex
            THEN identity.observed_sex
    END AS sex_hint,
    quality.outlier_sample_hint,
    quality.swap_hint,
    identity.swap_hint AS donor_swap_hint
FROM result.expression_quality AS quality
LEFT JOIN core.samples AS samples
    ON quality.study_id = samples.study_id AND quality.sample_id = samples.sample_id
LEFT JOIN result.sample_identity AS identity
    ON
        quality.study_id = identity.study_id
        AND quality.library = identity.library
        AND quality.sample_id = identity.sample_id
ORDER BY quality.study_id, quality.library, samples.condition_order, quality.sample_id
