-- The 100 most significant features of each contrast, library and method; rank 1 has the smallest padj.
-- One row per contrast, library, method and feature; reads result.differential_expression, core.contrasts.
-- rank, integer: Place by padj within contrast, library and method; 1 is the smallest.
WITH ranked AS (
    SELECT
        expression.study_id,
        expression.contrast_id,
        expression.library,
        expression.method,
        row_number() OVER (
            PARTITION BY expression.study_id, expression.contrast_id, expression.library, expression.method
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
        expression.pvalue,
        expression.padj,
        expression.direction
    FROM result.differential_expression AS expression
    WHERE expression.padj IS NOT NULL
)

SELECT
    ranked.study_id,
    ranked.contrast_id,
    contrasts.reference,
    contrasts.target,
    ranked.library,
    ranked.method,
    ranked.rank,
    ranked.feature_id,
    ranked.symbol,
    ranked.rna_class,
    ranked.base_mean,
    ranked.log2_fold_change,
    ranked.pvalue,
    ranked.padj,
    ranked.direction
FROM ranked
LEFT JOIN core.contrasts AS contrasts
    ON ranked.study_id = contrasts.study_id AND ranked.contrast_id = contrasts.contrast_id
WHERE ranked.rank <= 100
ORDER BY ranked.study_id, ranked.contrast_id, ranked.library, ranked.method, ranked.rank
