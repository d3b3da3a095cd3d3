-- Quality of every sample's RNA and DNA: the worst integrity and purity read, the mean amount, all flags.
-- One row per sample or material and nucleic acid; reads core.nucleic_acid_qc, core.samples.
-- name, text: Sample or material; the name in the file where the study knows neither.
-- reading_count, integer: Readings of it, over all instruments.
-- instruments, text: Instruments that read it, separated by semicolons.
-- mean_concentration_ng_per_ul, number in ng/µL: Mean concentration over all readings.
-- min_rin, number: Lowest RNA integrity number (or its equivalent) read.
-- min_ratio_260_280, number: Lowest ratio of absorbances at 260 and 280 nm.
-- min_ratio_260_230, number: Lowest ratio of absorbances at 260 and 230 nm.
-- flags, text: All flags of its readings, separated by semicolons.
WITH readings AS (
    SELECT
        qc.study_id,
        coalesce(qc.sample_id, qc.material_id, qc.sample_name) AS name,
        qc.sample_id,
        qc.material_id,
        qc.nucleic_acid,
        qc.instrument,
        qc.concentration_ng_per_ul,
        qc.rin,
        qc.ratio_260_280,
        qc.ratio_260_230,
        qc.flag
    FROM core.nucleic_acid_qc AS qc
    WHERE qc.role = 'sample'
)

SELECT
    readings.study_id,
    readings.name,
    readings.sample_id,
    readings.material_id,
    samples.condition,
    readings.nucleic_acid,
    count(*) AS reading_count,
    string_agg(DISTINCT readings.instrument, ';' ORDER BY readings.instrument) AS instruments,
    avg(readings.concentration_ng_per_ul) AS mean_concentration_ng_per_ul,
    min(readings.rin) AS min_rin,
    min(readings.ratio_260_280) AS min_ratio_260_280,
    min(readings.ratio_260_230) AS min_ratio_260_230,
    string_agg(DISTINCT readings.flag, ';' ORDER BY readings.flag) AS flags
FROM readings
LEFT JOIN core.samples AS samples
    ON readings.study_id = samples.study_id AND readings.sample_id = samples.sample_id
GROUP BY ALL
ORDER BY readings.study_id, readings.name, readings.nucleic_acid
