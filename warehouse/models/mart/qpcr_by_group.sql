-- Fold change by qPCR of each condition: mean, SD and n (donors, or cultures where any group has one donor).
-- One row per experiment, target and condition; reads result.qpcr_fold_changes, core.samples, mart.conditions.
-- n, integer: Donors or cultures with a value.
-- n_unit, text: What n counts: `donor`, or `culture` where any group has one donor.
-- mean_fold_change, number: Mean fold change over donors or cultures.
-- sd_fold_change, number: Standard deviation of the fold change.
-- geometric_mean_fold_change, number: Mean on the log scale, as the tests take it, as a fold change.
-- left_out_count, integer: Values that are missing or excluded.
WITH cultures AS (
    SELECT
        changes.study_id,
        changes.experiment,
        changes.target,
        samples.condition,
        changes.sample_id,
        samples.donor_id,
        CASE WHEN NOT changes.is_excluded THEN changes.fold_change END AS fold_change,
        count(DISTINCT samples.donor_id) OVER (
            PARTITION BY changes.study_id, changes.experiment, changes.target, samples.condition
        ) AS donor_count
    FROM result.qpcr_fold_changes AS changes
    INNER JOIN core.samples AS samples
        ON changes.study_id = samples.study_id AND changes.sample_id = samples.sample_id
),

-- n means one thing in all groups that are compared
families AS (
    SELECT
        cultures.study_id,
        cultures.experiment,
        cultures.target,
        min(cultures.donor_count) > 1 AND min(cultures.donor_id) <> '' AS has_donors
    FROM cultures
    GROUP BY ALL
),

units AS (
    SELECT
        cultures.study_id,
        cultures.experiment,
        cultures.target,
        cultures.condition,
        CASE WHEN families.has_donors THEN 'donor' ELSE 'culture' END AS n_unit,
        CASE WHEN families.has_donors THEN cultures.donor_id ELSE cultures.sample_id END AS unit,
        -- a donor's cultures are averaged on the log scale, as the tests do
        exp(avg(ln(nullif(cultures.fold_change, 0)))) AS fold_change,
        count(*) - count(cultures.fold_change) AS left_out_count
    FROM cultures
    INNER JOIN families
        ON
            cultures.study_id = families.study_id
            AND cultures.experiment = families.experiment
            AND cultures.target = families.target
    GROUP BY ALL
),

summaries AS (
    SELECT
        units.study_id,
        units.experiment,
        units.target,
        units.condition,
        units.n_unit,
        count(units.fold_change) AS n,
        avg(units.fold_change) AS mean_fold_change,
        stddev_samp(units.fold_change) AS sd_fold_change,
        exp(avg(ln(units.fold_change))) AS geometric_mean_fold_change,
        sum(units.left_out_count)::BIGINT AS left_out_count
    FROM units
    GROUP BY ALL
)

SELECT
    summaries.study_id,
    summaries.experiment,
    summaries.target,
    summaries.condition,
    coalesce(conditions.label, summaries.condition) AS label,
    summaries.n,
    summaries.n_unit,
    summaries.mean_fold_change,
    summaries.sd_fold_change,
    summaries.geometric_mean_fold_change,
    summaries.left_out_count
FROM summaries
LEFT JOIN mart.conditions AS conditions
    ON summaries.study_id = conditions.study_id AND summaries.condition = conditions.condition
ORDER BY summaries.study_id, summaries.experiment, summaries.target, conditions.condition_order, summaries.condition
