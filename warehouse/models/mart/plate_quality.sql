-- Quality of plates: scatter of blanks and repeats, Z', edge effect, and the wells apart from their repeats.
-- One row per file, plate and read; reads result.plate_quality, result.well_outliers, core.raw_objects.
-- outlier_wells, text: Wells apart from their repeats, separated by semicolons; they are not left out.
WITH files AS (
    SELECT
        raw_objects.study_id,
        raw_objects.object_id,
        string_agg(raw_objects.file_name, ';' ORDER BY raw_objects.file_name) AS file_name
    FROM core.raw_objects AS raw_objects
    WHERE raw_objects.status = 'loaded'
    GROUP BY raw_objects.study_id, raw_objects.object_id
),

outliers AS (
    SELECT
        wells.study_id,
        wells.object_id,
        wells.plate,
        wells.measure,
        wells.wavelength_nm,
        wells.time_h,
        string_agg(wells.well, ';' ORDER BY wells.well) AS outlier_wells
    FROM result.well_outliers AS wells
    GROUP BY ALL
)

SELECT
    quality.study_id,
    quality.assay,
    files.file_name,
    quality.plate,
    quality.measure,
    quality.wavelength_nm,
    quality.time_h,
    quality.well_count,
    quality.lost_count,
    quality.blank_mean,
    quality.blank_cv_percent,
    quality.replicate_cv_percent,
    quality.z_prime,
    quality.z_prime_high,
    quality.z_prime_low,
    quality.edge_effect_percent,
    quality.edge_pvalue,
    outliers.outlier_wells,
    quality.na_reason
FROM result.plate_quality AS quality
LEFT JOIN files ON quality.study_id = files.study_id AND quality.object_id = files.object_id
LEFT JOIN outliers
    ON
        quality.study_id = outliers.study_id
        AND quality.object_id = outliers.object_id
        AND quality.plate = outliers.plate
        AND quality.measure = outliers.measure
        AND quality.wavelength_nm IS NOT DISTINCT FROM outliers.wavelength_nm
        AND quality.time_h IS NOT DISTINCT FROM outliers.time_h
ORDER BY
    quality.study_id, quality.assay, files.file_name, quality.plate, quality.measure, quality.wavelength_nm,
    quality.time_h
