-- Results at the bench as a biologist reads them: groups, mean ± SD, n, difference or ratio with CI, p and stars.
-- One row per comparison, measure, target, time and pair; reads the primary rows of result.pairwise_tests.
-- label_a, text: What figures call group_a.
-- label_b, text: What figures call group_b.
-- summary_a, text: Mean ± SD of group_a on `scale`.
-- summary_b, text: Mean ± SD of group_b on `scale`.
-- n_unit, text: What n counts: `donor` or `culture`.
-- effect, text: Group_b against group_a: ratio (log2 scale) or difference, with the adjusted CI.
-- p_printed, text: Adjusted p as papers print it; never 0.000.
-- method_words, text: Test and correction in words.
-- time_role, text: `exploratory` beside stars at a time that does not decide (`is_confirmatory`); else null.
-- left_out, text: What exclusions.csv leaves out of the family, with its reason; null where nothing is.
-- estimate_including_excluded, number: Ratio (log2 scale) or difference with that put back.
-- p_including_excluded, number: Adjusted p with that put back.
-- method_including_excluded, text: Test and correction in words with that put back: another one where donors are.
-- sentence, text: The result as a sentence.
-- design_note, text: What n is, what was held constant, and whether the time is exploratory.
WITH notes AS (
    SELECT
        whole.study_id,
        whole.comparison_id,
        whole.experiment,
        whole.assay,
        whole.measure,
        whole.target,
        whole.time_h,
        whole.scale,
        min(whole.design_note) AS design_note
    FROM result.group_tests AS whole
    WHERE whole.role = 'primary'
    GROUP BY ALL
),

put_back AS (
    SELECT
        again.study_id,
        again.comparison_id,
        again.experiment,
        again.assay,
        again.measure,
        again.target,
        again.time_h,
        again.scale,
        again.group_a,
        again.group_b,
        again.put_back,
        again.padj,
        again.method,
        again.correction,
        again.family_size,
        CASE WHEN again.scale = 'log2' THEN again.ratio ELSE again.mean_difference END AS estimate
    FROM result.pairwise_tests AS again
    WHERE again.role = 'including_excluded'
),

pairs AS (
    SELECT
        tests.study_id,
        tests.comparison_id,
        tests.experiment,
        tests.assay,
        tests.measure,
        tests.target,
        tests.time_h,
        tests.group_a,
        tests.group_b,
        tests.n_a,
        tests.n_b,
        tests.scale,
        tests.mean_difference,
        tests.ratio,
        tests.ci_low,
        tests.ci_high,
        tests.pvalue,
        tests.padj,
        tests.stars,
        tests.method,
        tests.correction,
        tests.family_size,
        tests.is_confirmatory,
        tests.na_reason,
        back.put_back AS left_out,
        back.estimate AS estimate_including_excluded,
        back.padj AS p_including_excluded,
        replace(back.method, '_', ' ')
        || CASE
            WHEN back.correction = 'none' THEN ''
            ELSE ', ' || replace(back.correction, '_', '–') || ' over ' || back.family_size || ' pairs'
        END AS method_including_excluded,
        first_group.n_unit,
        notes.design_note,
        place_a.condition_order AS order_a,
        place_b.condition_order AS order_b,
        coalesce(place_a.label, tests.group_a) AS label_a,
        coalesce(place_b.label, tests.group_b) AS label_b,
        trim(tests.target || ' ' || replace(tests.measure, '_', ' ')) AS what,
        coalesce(' at ' || format('{:g}', tests.time_h) || ' h', '') AS at_time,
        CASE WHEN tests.scale = 'log2' THEN '-fold' ELSE '' END AS fold,
        -- printed with three significant digits, whole numbers from a thousand on
        list_transform(
            [
                first_group.mean,
                first_group.sd,
                second_group.mean,
                second_group.sd,
                CASE WHEN tests.scale = 'log2' THEN tests.ratio ELSE tests.mean_difference END,
                CASE WHEN tests.scale = 'log2' THEN pow(2, tests.ci_low) ELSE tests.ci_low END,
                CASE WHEN tests.scale = 'log2' THEN pow(2, tests.ci_high) ELSE tests.ci_high END
            ],
            x -> CASE WHEN abs(x) >= 1000 THEN format('{:.0f}', x) ELSE format('{:.3g}', x) END
        ) AS texts,
        texts[1] || coalesce(' ± ' || texts[2], '') AS summary_a,
        texts[3] || coalesce(' ± ' || texts[4], '') AS summary_b,
        texts[5] || fold || coalesce(' (CI ' || texts[6] || ' to ' || texts[7] || ')', '') AS effect,
        CASE
            WHEN tests.padj < 0.001 THEN '< 0.001'
            WHEN tests.padj >= 0.9995 THEN '> 0.999'
            WHEN (tests.padj >= 0.0495 AND tests.padj < 0.05) OR (tests.padj >= 0.0095 AND tests.padj < 0.01)
                THEN format('{:.4f}', floor(tests.padj * 10000) / 10000)
            ELSE format('{:.3f}', tests.padj)
        END AS p_printed,
        CASE WHEN NOT tests.is_confirmatory THEN 'exploratory' END AS time_role,
        replace(tests.method, '_', ' ')
        || CASE
            WHEN tests.correction = 'none' THEN ''
            ELSE ', ' || replace(tests.correction, '_', '–') || ' over ' || tests.family_size || ' pairs'
        END AS method_words
    FROM result.pairwise_tests AS tests
    LEFT JOIN put_back AS back
        ON
            tests.study_id = back.study_id
            AND tests.comparison_id = back.comparison_id
            AND tests.experiment = back.experiment
            AND tests.assay = back.assay
            AND tests.measure = back.measure
            AND tests.target = back.target
            AND tests.group_a = back.group_a
            AND tests.group_b = back.group_b
            AND tests.scale = back.scale
            AND tests.time_h IS NOT DISTINCT FROM back.time_h
    LEFT JOIN result.group_summaries AS first_group
        ON
            tests.study_id = first_group.study_id
            AND tests.comparison_id = first_group.comparison_id
            AND tests.experiment = first_group.experiment
            AND tests.assay = first_group.assay
            AND tests.measure = first_group.measure
            AND tests.target = first_group.target
            AND tests.group_a = first_group.condition
            AND tests.scale = first_group.scale
            AND tests.time_h IS NOT DISTINCT FROM first_group.time_h
    LEFT JOIN result.group_summaries AS second_group
        ON
            tests.study_id = second_group.study_id
            AND tests.comparison_id = second_group.comparison_id
            AND tests.experiment = second_group.experiment
            AND tests.assay = second_group.assay
            AND tests.measure = second_group.measure
            AND tests.target = second_group.target
            AND tests.group_b = second_group.condition
            AND tests.scale = second_group.scale
            AND tests.time_h IS NOT DISTINCT FROM second_group.time_h
    LEFT JOIN notes
        ON
            tests.study_id = notes.study_id
            AND tests.comparison_id = notes.comparison_id
            AND tests.experiment = notes.experiment
            AND tests.assay = notes.assay
            AND tests.measure = notes.measure
            AND tests.target = notes.target
            AND tests.scale = notes.scale
            AND tests.time_h IS NOT DISTINCT FROM notes.time_h
    LEFT JOIN mart.conditions AS place_a
        ON tests.study_id = place_a.study_id AND tests.group_a = place_a.condition
    LEFT JOIN mart.conditions AS place_b
        ON tests.study_id = place_b.study_id AND tests.group_b = place_b.condition
    WHERE tests.role = 'primary'
),

worded AS (
    SELECT
        pairs.study_id,
        pairs.comparison_id,
        pairs.experiment,
        pairs.assay,
        pairs.measure,
        pairs.target,
        pairs.time_h,
        pairs.group_a,
        pairs.label_a,
        pairs.group_b,
        pairs.label_b,
        pairs.scale,
        pairs.summary_a,
        pairs.summary_b,
        pairs.n_a,
        pairs.n_b,
        pairs.n_unit,
        pairs.mean_difference,
        pairs.ratio,
        pairs.ci_low,
        pairs.ci_high,
        pairs.effect,
        pairs.pvalue,
        pairs.padj,
        pairs.p_printed,
        pairs.stars,
        pairs.method_words,
        pairs.design_note,
        pairs.is_confirmatory,
        pairs.time_role,
        pairs.left_out,
        pairs.estimate_including_excluded,
        pairs.p_including_excluded,
        pairs.method_including_excluded,
        pairs.na_reason,
        pairs.order_a,
        pairs.order_b,
        pairs.what || pairs.at_time || ', ' || pairs.label_b || ' against ' || pairs.label_a || ': '
        || CASE
            WHEN pairs.padj IS NULL
                THEN 'not tested (' || coalesce(replace(pairs.na_reason, '_', ' '), 'no reason is stored') || ')'
            ELSE
                CASE WHEN pairs.scale = 'log2' THEN '' ELSE 'difference ' END
                || coalesce(pairs.effect || ', ', '') || 'p '
                || CASE WHEN pairs.p_printed[1] IN ('<', '>') THEN '' ELSE '= ' END || pairs.p_printed
                || ' (' || pairs.stars || coalesce(', ' || pairs.time_role, '')
                || '; ' || pairs.method_words || '; n = ' || pairs.n_b || ' and ' || pairs.n_a
                || coalesce(' ' || pairs.n_unit || 's', '') || ')'
        END AS sentence
    FROM pairs
)

SELECT
    worded.study_id,
    worded.comparison_id,
    worded.experiment,
    worded.assay,
    worded.measure,
    worded.target,
    worded.time_h,
    worded.group_a,
    worded.label_a,
    worded.group_b,
    worded.label_b,
    worded.scale,
    worded.summary_a,
    worded.summary_b,
    worded.n_a,
    worded.n_b,
    worded.n_unit,
    worded.mean_difference,
    worded.ratio,
    worded.ci_low,
    worded.ci_high,
    worded.effect,
    worded.pvalue,
    worded.padj,
    worded.p_printed,
    worded.stars,
    worded.is_confirmatory,
    worded.time_role,
    worded.left_out,
    worded.estimate_including_excluded,
    worded.p_including_excluded,
    worded.method_including_excluded,
    worded.method_words,
    worded.sentence,
    worded.design_note,
    worded.na_reason
FROM worded
ORDER BY
    worded.study_id, worded.comparison_id, worded.experiment, worded.assay, worded.measure, worded.target,
    worded.time_h, worded.order_a, worded.order_b, worded.group_a, worded.group_b
