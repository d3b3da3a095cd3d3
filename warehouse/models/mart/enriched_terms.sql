-- Enriched terms with their genes: nominal P below study.yaml's enrichment.pvalue, the corrected value beside it.
-- One row per contrast, gene list, tier, collection, term and method; reads result.enrichment, core.contrasts.
-- representative, text: Most significant term of those that rest on nearly the same genes; itself where it is alone.
-- nominal_pvalue, number: P-value that is not corrected for the number of terms (as DAVID prints it).
WITH nominal AS (
    SELECT
        terms.study_id,
        terms.contrast_id,
        terms.gene_list,
        terms.tier,
        terms.collection,
        terms.term_id,
        terms.term,
        terms.method,
        terms.overlap,
        terms.list_size,
        terms.set_size,
        terms.background_size,
        terms.gene_ratio,
        terms.fold_enrichment,
        terms.nes,
        terms.pvalue AS nominal_pvalue,
        terms.padj,
        terms.family_size,
        terms.background,
        terms.cluster,
        terms.is_representative,
        terms.genes,
        first_value(terms.term) OVER (
            PARTITION BY
                terms.study_id,
                terms.contrast_id,
                terms.gene_list,
                terms.tier,
                terms.collection,
                terms.method,
                terms.cluster,
                CASE WHEN terms.cluster IS NULL THEN terms.term_id END
            ORDER BY terms.is_representative DESC, terms.pvalue ASC, terms.term_id ASC
        ) AS representative
    FROM result.enrichment AS terms
    WHERE terms.pvalue < terms.alpha
)

SELECT
    nominal.study_id,
    nominal.contrast_id,
    contrasts.reference,
    contrasts.target,
    nominal.gene_list,
    nominal.tier,
    nominal.collection,
    nominal.term_id,
    nominal.term,
    nominal.method,
    nominal.overlap,
    nominal.list_size,
    nominal.set_size,
    nominal.background_size,
    nominal.gene_ratio,
    nominal.fold_enrichment,
    nominal.nes,
    nominal.nominal_pvalue,
    nominal.padj,
    nominal.family_size,
    nominal.background,
    nominal.cluster,
    nominal.is_representative,
    nominal.representative,
    nominal.genes
FROM nominal
LEFT JOIN core.contrasts AS contrasts
    ON nominal.study_id = contrasts.study_id AND nominal.contrast_id = contrasts.contrast_id
ORDER BY
    nominal.study_id,
    nominal.contrast_id,
    nominal.gene_list,
    nominal.tier,
    nominal.collection,
    nominal.method,
    nominal.nominal_pvalue,
    nominal.term_id
