-- Changed circRNAs beside their host genes: whether the host's change explains them, and what the design could show.
-- One row per contrast, circRNA and host gene; reads result.circrna_hosts, result.expression_power, core.contrasts.
-- power_note, text: What fold change of a circRNA this number of samples shows; those below it are mostly missed.
SELECT
    hosts.study_id,
    hosts.contrast_id,
    contrasts.reference,
    contrasts.target,
    hosts.feature_id,
    hosts.direction,
    hosts.log2_fold_change,
    hosts.padj,
    hosts.host_gene,
    hosts.host_gene_id,
    hosts.host_direction,
    hosts.host_log2_fold_change,
    hosts.host_padj,
    hosts.log2_change_beyond_host,
    hosts.beyond_host_pvalue,
    hosts.junction_ratio_reference,
    hosts.junction_ratio_target,
    hosts.verdict,
    hosts.na_reason,
    expression_power.note AS power_note
FROM result.circrna_hosts AS hosts
LEFT JOIN core.contrasts AS contrasts
    ON hosts.study_id = contrasts.study_id AND hosts.contrast_id = contrasts.contrast_id
LEFT JOIN result.expression_power AS expression_power
    ON
        hosts.study_id = expression_power.study_id
        AND hosts.contrast_id = expression_power.contrast_id
        AND expression_power.library = 'circrna'
WHERE hosts.direction <> 'ns'
ORDER BY hosts.study_id, hosts.contrast_id, hosts.padj, hosts.feature_id, hosts.host_gene, hosts.host_gene_id
