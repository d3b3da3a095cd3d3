-- Cultures with what is known of their donor and material, and which assays have a value of them.
-- One row per sample; reads core.samples, donors, materials, result.measurements, sample_size_factors, mart.conditions.
-- donor_kind, text: What the donor gave, as donors.csv says.
-- material_kind, text: What the material is, as materials.csv says.
-- assays, text: Assays that have a value of the culture, separated by semicolons.
-- libraries, text: Libraries (gene, mirna, circrna) that hold the culture, separated by semicolons.
WITH assays AS (
    SELECT
        measurements.study_id,
        measurements.sample_id,
        string_agg(DISTINCT measurements.assay, ';' ORDER BY measurements.assay) AS assays
    FROM result.measurements AS measurements
    WHERE measurements.value IS NOT NULL
    GROUP BY measurements.study_id, measurements.sample_id
),

libraries AS (
    SELECT
        factors.study_id,
        factors.sample_id,
        string_agg(DISTINCT factors.library, ';' ORDER BY factors.library) AS libraries
    FROM result.sample_size_factors AS factors
    GROUP BY factors.study_id, factors.sample_id
)

SELECT
    samples.study_id,
    samples.sample_id,
    samples.experiment,
    samples.condition,
    coalesce(conditions.label, samples.condition) AS label,
    samples.donor_id,
    donors.kind AS donor_kind,
    donors.sex,
    donors.pfirrmann,
    samples.replicate,
    samples.passage,
    samples.culture_date,
    samples.batch,
    samples.material_id,
    materials.kind AS material_kind,
    materials.dose,
    assays.assays,
    libraries.libraries
FROM core.samples AS samples
LEFT JOIN core.donors AS donors ON samples.study_id = donors.study_id AND samples.donor_id = donors.donor_id
LEFT JOIN core.materials AS materials
    ON samples.study_id = materials.study_id AND samples.material_id = materials.material_id
LEFT JOIN mart.conditions AS conditions
    ON samples.study_id = conditions.study_id AND samples.condition = conditions.condition
LEFT JOIN assays ON samples.study_id = assays.study_id AND samples.sample_id = assays.sample_id
LEFT JOIN libraries ON samples.study_id = libraries.study_id AND samples.sample_id = libraries.sample_id
ORDER BY samples.study_id, samples.experiment, samples.condition_order, samples.sample_id
