-- The 100 most significant features of each contrast and library by the primary method, the other methods beside it.
-- One row per contrast, library and feature; reads result.differential_expression, core.contrasts, core.studies.
-- rank, integer: Place by the primary method's padj within contrast and library; 1 is the smallest.
-- method, text: The study's primary method (expression.primary of study.yaml), whose numbers come first.
-- deseq2_padj, number: Adjusted p-value of deseq2, where the study asks for it.
-- limma_voom_padj, number: Adjusted p-value of limma_voom, where the study asks for it.
-- limma_trend_padj, number: Adjusted p-value of limma_trend, where the study asks for it.
-- other_methods, text: Other methods that tested the feature, in alphabetical order, separated by semicolons.
-- other_directions, text: What they call it: up, down or ns, in that order.
-- is_confirmed, true/false: Whether all other methods that tested it agree; null where none did, or direction is ns.
WITH ranked AS (
    SELECT
        expression.study_id,
        expression.contrast_id,
        expression.library,
        expression.method,
        row_number() OVER (
            PARTITION BY expression.study_id, expression.contrast_id, expression.library
            ORDER BY
                expression.padj ASC,
                expression.pvalue ASC,
                abs(expression.log2_fold_change) DESC,
                expression.feature_id ASC
        ) AS rank,
        expression.feature_id,
        expression.symbol,
        expression.rna_class,
        expression.base_mean,
        expression.log2_fold_change,
        expression.lfc_se,
        expression.pvalue,
        expression.padj,
        expression.direction
    FROM result.differential_expression AS expression
    INNER JOIN core.studies AS studies
        ON
            expression.study_id = studies.study_id
            AND expression.method = json_extract_string(
                CASE WHEN json_valid(studies.manifest) THEN studies.manifest ELSE '{}' END, '$.expression.primary'
            )
    WHERE expression.padj IS NOT NULL
),

tops AS (
    SELECT
        ranked.study_id,
        ranked.contrast_id,
        ranked.library,
        ranked.feature_id,
        ranked.direction,
        ranked.method
    FROM ranked
    WHERE ranked.rank <= 100
),

beside AS (
    SELECT
        expression.study_id,
        expression.contrast_id,
        expression.library,
        expression.feature_id,
        max(expression.padj) FILTER (WHERE expression.method = 'deseq2') AS deseq2_padj,
        max(expression.padj) FILTER (WHERE expression.method = 'limma_voom') AS limma_voom_padj,
        max(expression.padj) FILTER (WHERE expression.method = 'limma_trend') AS limma_trend_padj,
        string_agg(expression.method, ';' ORDER BY expression.method)
        FILTER (WHERE expression.method <> tops.method) AS other_methods,
        string_agg(expression.direction, ';' ORDER BY expression.method)
        FILTER (WHERE expression.method <> tops.method) AS other_directions,
        bool_and(expression.direction = tops.direction)
        FILTER (WHERE expression.method <> tops.method AND tops.direction <> 'ns') AS is_confirmed
    FROM result.differential_expression AS expression
    INNER JOIN tops
        ON
            expression.study_id = tops.study_id
            AND expression.contrast_id = tops.contrast_id
            AND expression.library = tops.library
            AND expression.feature_id = tops.feature_id
    WHERE expression.pvalue IS NOT NULL
    GROUP BY expression.study_id, expression.contrast_id, expression.library, expression.feature_id
)

SELECT
    ranked.study_id,
    ranked.contrast_id,
    contrasts.reference,
    contrasts.target,
    ranked.library,
    ranked.rank,
    ranked.feature_id,
    ranked.symbol,
    ranked.rna_class,
    ranked.method,
    ranked.base_mean,
    ranked.log2_fold_change,
    ranked.lfc_se,
    ranked.pvalue,
    ranked.padj,
    ranked.direction,
    beside.deseq2_padj,
    beside.limma_voom_padj,
    beside.limma_trend_padj,
    beside.other_methods,
    beside.other_directions,
    beside.is_confirmed
FROM ranked
LEFT JOIN core.contrasts AS contrasts
    ON ranked.study_id = contrasts.study_id AND ranked.contrast_id = contrasts.contrast_id
LEFT JOIN beside
    ON
        ranked.study_id = beside.study_id
        AND ranked.contrast_id = beside.contrast_id
        AND ranked.library = beside.library
        AND ranked.feature_id = beside.feature_id
WHERE ranked.rank <= 100
ORDER BY ranked.study_id, ranked.contrast_id, ranked.library, ranked.rank
