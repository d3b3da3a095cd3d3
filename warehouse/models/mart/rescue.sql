-- How far each treatment undoes the disease, in per cent with Fieller's interval and in words.
-- One row per comparison, experiment, measure, target, time and treatment; reads result.rescue, mart.conditions.
-- control_label, text: What figures call the control.
-- disease_label, text: What figures call the disease.
-- treatment_label, text: What figures call the treatment.
-- rescue_percent, number in %: Share of the disease's effect that the treatment undoes; 100 is full rescue.
-- ci_low_percent, number in %: Lower end of its confidence interval.
-- ci_high_percent, number in %: Upper end of its confidence interval.
-- left_out, text: What exclusions.csv leaves out of the family, with its reason; null where nothing is.
-- rescue_percent_including_excluded, number in %: The share with that put back.
-- sentence_including_excluded, text: What is left out, and the rescue with it put back; null where nothing is.
-- sentence, text: The result as a sentence.
WITH labelled AS (
    SELECT
        rescue.study_id,
        rescue.comparison_id,
        rescue.experiment,
        rescue.assay,
        rescue.measure,
        rescue.target,
        rescue.time_h,
        rescue.control,
        rescue.disease,
        rescue.treatment,
        rescue.scale,
        rescue.n_control,
        rescue.n_disease,
        rescue.n_treatment,
        rescue.n_unit,
        rescue.design_note,
        rescue.na_reason,
        rescue.put_back AS left_out,
        100 * rescue.rescue_including_excluded AS rescue_percent_including_excluded,
        rescue.na_reason_including_excluded,
        'With ' || rescue.put_back || ' put back: ' || coalesce(
            format('{:.0f} %', rescue_percent_including_excluded)
            || coalesce(
                format(
                    ' ({:.0f}{}{:.0f} %)', 100 * rescue.ci_low_including_excluded,
                    CASE WHEN rescue.ci_low_including_excluded < 0 THEN ' to ' ELSE '–' END,
                    100 * rescue.ci_high_including_excluded
                ),
                ''
            ),
            'no rescue (' || coalesce(replace(rescue.na_reason_including_excluded, '_', ' '), 'no reason is stored')
            || ')'
        ) AS sentence_including_excluded,
        treatment.condition_order AS treatment_order,
        coalesce(control.label, rescue.control) AS control_label,
        coalesce(disease.label, rescue.disease) AS disease_label,
        coalesce(treatment.label, rescue.treatment) AS treatment_label,
        100 * rescue.rescue AS rescue_percent,
        100 * rescue.ci_low AS ci_low_percent,
        100 * rescue.ci_high AS ci_high_percent,
        format(
            '{:.0f} % ({:.0f}{}{:.0f} %)', rescue_percent, ci_low_percent,
            CASE WHEN ci_low_percent < 0 THEN ' to ' ELSE '–' END, ci_high_percent
        ) AS amount,
        CASE WHEN rescue.scale = 'log2' THEN ' (of the log2 change)' ELSE '' END AS scale_words,
        trim(rescue.target || ' ' || replace(rescue.measure, '_', ' ')) AS what,
        coalesce(' at ' || format('{:g}', rescue.time_h) || ' h', '') AS at_time,
        CASE WHEN rescue.disease_effect < 0 THEN 'loss' ELSE 'rise' END AS change,
        change || ' of ' || what || ' under ' || disease_label || at_time AS change_words
    FROM result.rescue AS rescue
    LEFT JOIN mart.conditions AS control
        ON rescue.study_id = control.study_id AND rescue.control = control.condition
    LEFT JOIN mart.conditions AS disease
        ON rescue.study_id = disease.study_id AND rescue.disease = disease.condition
    LEFT JOIN mart.conditions AS treatment
        ON rescue.study_id = treatment.study_id AND rescue.treatment = treatment.condition
),

worded AS (
    SELECT
        labelled.study_id,
        labelled.comparison_id,
        labelled.experiment,
        labelled.assay,
        labelled.measure,
        labelled.target,
        labelled.time_h,
        labelled.control,
        labelled.control_label,
        labelled.disease,
        labelled.disease_label,
        labelled.treatment,
        labelled.treatment_label,
        labelled.treatment_order,
        labelled.rescue_percent,
        labelled.ci_low_percent,
        labelled.ci_high_percent,
        labelled.scale,
        labelled.n_control,
        labelled.n_disease,
        labelled.n_treatment,
        labelled.n_unit,
        labelled.design_note,
        labelled.na_reason,
        labelled.left_out,
        labelled.rescue_percent_including_excluded,
        labelled.na_reason_including_excluded,
        labelled.sentence_including_excluded,
        labelled.treatment_label || CASE
            WHEN labelled.na_reason = 'no_disease_effect'
                THEN
                    ': no rescue can be stated, as ' || labelled.disease_label || ' did not change ' || labelled.what
                    || labelled.at_time || ' measurably'
            WHEN labelled.na_reason IS NOT NULL
                THEN
                    ': no rescue of ' || labelled.what || labelled.at_time || ' was computed ('
                    || replace(labelled.na_reason, '_', ' ') || ')'
            WHEN labelled.ci_low_percent > 0 AND labelled.change = 'loss'
                THEN
                    ' restores ' || labelled.amount || ' of ' || labelled.what || ' lost under '
                    || labelled.disease_label || labelled.at_time || labelled.scale_words
            WHEN labelled.ci_low_percent > 0
                THEN ' undoes ' || labelled.amount || ' of the ' || labelled.change_words || labelled.scale_words
            WHEN labelled.ci_high_percent < 0
                THEN ' adds to the ' || labelled.change_words || ': rescue ' || labelled.amount || labelled.scale_words
            ELSE
                ' does not clearly undo the ' || labelled.change_words || ': rescue ' || labelled.amount
                || labelled.scale_words
        END AS sentence
    FROM labelled
)

SELECT
    worded.study_id,
    worded.comparison_id,
    worded.experiment,
    worded.assay,
    worded.measure,
    worded.target,
    worded.time_h,
    worded.control,
    worded.control_label,
    worded.disease,
    worded.disease_label,
    worded.treatment,
    worded.treatment_label,
    worded.rescue_percent,
    worded.ci_low_percent,
    worded.ci_high_percent,
    worded.left_out,
    worded.rescue_percent_including_excluded,
    worded.na_reason_including_excluded,
    worded.sentence_including_excluded,
    worded.scale,
    worded.n_control,
    worded.n_disease,
    worded.n_treatment,
    worded.n_unit,
    worded.sentence,
    worded.design_note,
    worded.na_reason
FROM worded
ORDER BY
    worded.study_id, worded.comparison_id, worded.experiment, worded.assay, worded.measure, worded.target,
    worded.time_h, worded.treatment_order, worded.treatment
