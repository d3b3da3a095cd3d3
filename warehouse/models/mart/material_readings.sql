-- What was measured of every preparation (exosomes, USC cultures): sizes, markers, blots; never part of group tests.
-- One row per material, measure, target, place and time; reads core.materials and their readings.
-- assay, text: Assay of the readings.
-- measure, text: median_nm, particles_per_ml, percent_positive, median_intensity_ratio or blot_signal.
-- target, text: Marker or protein; null for particles.
-- value, number: Mean over readings.
-- unit, text: Unit of the value; a.u. is the densitometry program's own.
-- sd, number: SD over readings; null for one reading.
-- reading_count, integer: Files of a particle tracker, tubes, or lanes of one membrane that have a value.
-- lost_count, integer: Readings without a value (saturated, dilution unknown, too few events).
-- place, text: Membrane of a blot, whose signals compare only within it; null otherwise.
-- flags, text: All flags of the readings, separated by semicolons.
WITH readings AS (
    SELECT
        study_id,
        material_id,
        time_h,
        'particle_size' AS assay,
        'median_nm' AS measure,
        cast(NULL AS VARCHAR) AS target,
        d50_nm AS value,
        'nm' AS unit,
        cast(NULL AS VARCHAR) AS place,
        flag
    FROM core.particle_summaries
    WHERE is_pooled
    UNION ALL BY NAME
    SELECT
        study_id,
        material_id,
        time_h,
        'particle_size' AS assay,
        'particles_per_ml' AS measure,
        total_concentration_per_ml AS value,
        '1/mL' AS unit,
        flag
    FROM core.particle_summaries
    WHERE is_pooled
    UNION ALL BY NAME
    SELECT
        study_id,
        material_id,
        time_h,
        'flow_cytometry' AS assay,
        'percent_positive' AS measure,
        marker AS target,
        percent_positive AS value,
        '%' AS unit,
        flag
    FROM result.surface_markers
    WHERE NOT is_excluded
    UNION ALL BY NAME
    SELECT
        study_id,
        material_id,
        time_h,
        'flow_cytometry' AS assay,
        'median_intensity_ratio' AS measure,
        marker AS target,
        median_ratio AS value,
        'of control' AS unit,
        flag
    FROM result.surface_markers
    WHERE NOT is_excluded
    UNION ALL BY NAME
    SELECT
        study_id,
        material_id,
        time_h,
        'western_blot' AS assay,
        'blot_signal' AS measure,
        target,
        signal AS value,
        'a.u.' AS unit,
        membrane AS place,
        flag
    FROM core.blot_bands
)

SELECT
    materials.study_id,
    materials.material_id,
    materials.kind,
    readings.assay,
    readings.measure,
    readings.target,
    readings.time_h,
    readings.place,
    avg(readings.value) AS value,
    readings.unit,
    stddev_samp(readings.value) AS sd,
    count(readings.value) AS reading_count,
    count(*) - count(readings.value) AS lost_count,
    string_agg(DISTINCT readings.flag, ';' ORDER BY readings.flag) AS flags
FROM readings
INNER JOIN core.materials AS materials
    ON readings.study_id = materials.study_id AND readings.material_id = materials.material_id
GROUP BY ALL
ORDER BY
    materials.study_id,
    materials.material_id,
    readings.assay,
    readings.measure,
    readings.target,
    readings.place,
    readings.time_h
