-- Viability of each condition over time: mean, SD and n (donors, or cultures where any group has one donor).
-- One row per experiment, condition and time; reads result.viability, core.samples, mart.conditions.
-- n, integer: Donors or cultures with a value.
-- n_unit, text: What n counts: `donor`, or `culture` where any group has one donor.
-- mean_percent_viability, number in %: Mean viability over donors or cultures; the reference is 100.
-- sd_percent_viability, number in %: Standard deviation of the viability.
-- left_out_count, integer: Plate readings that are missing or excluded.
WITH cultures AS (
    SELECT
        viability.study_id,
        viability.experiment,
        samples.condition,
        viability.time_h,
        viability.sample_id,
        samples.donor_id,
        CASE WHEN NOT viability.is_excluded THEN viability.percent_viability END AS percent_viability,
        count(DISTINCT samples.donor_id) OVER (
            PARTITION BY viability.study_id, viability.experiment, samples.condition, viability.time_h
        ) AS donor_count
    FROM result.viability AS viability
    INNER JOIN core.samples AS samples
        ON viability.study_id = samples.study_id AND viability.sample_id = samples.sample_id
),

-- a culture on several plates counts once
culture_means AS (
    SELECT
        cultures.study_id,
        cultures.experiment,
        cultures.condition,
        cultures.time_h,
        cultures.sample_id,
        cultures.donor_id,
        avg(cultures.percent_viability) AS percent_viability,
        count(*) - count(cultures.percent_viability) AS left_out_count
    FROM cultures
    GROUP BY ALL
),

-- n means one thing in all groups that are compared
families AS (
    SELECT
        cultures.study_id,
        cultures.experiment,
        cultures.time_h,
        min(cultures.donor_count) > 1 AND min(cultures.donor_id) <> '' AS has_donors
    FROM cultures
    GROUP BY ALL
),

units AS (
    SELECT
        culture_means.study_id,
        culture_means.experiment,
        culture_means.condition,
        culture_means.time_h,
        CASE WHEN families.has_donors THEN 'donor' ELSE 'culture' END AS n_unit,
        CASE WHEN families.has_donors THEN culture_means.donor_id ELSE culture_means.sample_id END AS unit,
        avg(culture_means.percent_viability) AS percent_viability,
        sum(culture_means.left_out_count) AS left_out_count
    FROM culture_means
    INNER JOIN families
        ON
            culture_means.study_id = families.study_id
            AND culture_means.experiment = families.experiment
            AND culture_means.time_h IS NOT DISTINCT FROM families.time_h
    GROUP BY ALL
),

summaries AS (
    SELECT
        units.study_id,
        units.experiment,
        units.condition,
        units.time_h,
        units.n_unit,
        count(units.percent_viability) AS n,
        avg(units.percent_viability) AS mean_percent_viability,
        stddev_samp(units.percent_viability) AS sd_percent_viability,
        sum(units.left_out_count)::BIGINT AS left_out_count
    FROM units
    GROUP BY ALL
)

SELECT
    summaries.study_id,
    summaries.experiment,
    summaries.condition,
    coalesce(conditions.label, summaries.condition) AS label,
    summaries.time_h,
    summaries.n,
    summaries.n_unit,
    summaries.mean_percent_viability,
    summaries.sd_percent_viability,
    summaries.left_out_count
FROM summaries
LEFT JOIN mart.conditions AS conditions
    ON summaries.study_id = conditions.study_id AND summaries.condition = conditions.condition
ORDER BY summaries.study_id, summaries.experiment, conditions.condition_order, summaries.condition, summaries.time_h
