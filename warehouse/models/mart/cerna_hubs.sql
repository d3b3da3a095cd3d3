-- Hub RNAs of ceRNA networks with their evidence: partners, triplets and how many of those stand after correction.
-- One row per contrast and hub; reads result.cerna_nodes, result.cerna_triplets, core.contrasts.
-- tied_count, integer: Nodes of its class with equal degree and betweenness that are no hubs; above 0, names decided.
-- tier, text of EvidenceTier: The weakest evidence among its edges, each of its best triplet (weaker of two pairs).
-- triplet_count, integer: Consistent triplets with the hub.
-- significant_triplet_count, integer: Those of them with padj below the study's cerna.fdr.
-- smallest_padj, number: Smallest padj of the hub's consistent triplets.
-- cernas, text: Symbols of the circRNAs and lncRNAs in its triplets, alphabetical.
-- mirnas, text: Symbols of the miRNAs in its triplets.
-- mrnas, text: Symbols of the mRNAs in its triplets.
WITH members AS (
    SELECT
        triplets.study_id,
        triplets.contrast_id,
        triplets.cerna_id,
        triplets.cerna_symbol,
        triplets.mirna_id,
        triplets.mirna_symbol,
        triplets.mrna_id,
        triplets.mrna_symbol,
        triplets.padj,
        triplets.is_significant,
        unnest([triplets.cerna_id, triplets.mirna_id, triplets.mrna_id]) AS feature_id
    FROM result.cerna_triplets AS triplets
    WHERE triplets.is_consistent
),

evidence AS (
    SELECT
        members.study_id,
        members.contrast_id,
        members.feature_id,
        count(*) AS triplet_count,
        count(*) FILTER (WHERE members.is_significant) AS significant_triplet_count,
        min(members.padj) AS smallest_padj,
        list_distinct(list(coalesce(members.cerna_symbol, members.cerna_id))) AS cernas,
        list_distinct(list(coalesce(members.mirna_symbol, members.mirna_id))) AS mirnas,
        list_distinct(list(coalesce(members.mrna_symbol, members.mrna_id))) AS mrnas
    FROM members
    GROUP BY members.study_id, members.contrast_id, members.feature_id
),

others AS (
    SELECT
        nodes.study_id,
        nodes.contrast_id,
        nodes.rna_class,
        nodes.degree,
        round(nodes.betweenness, 9) AS betweenness,
        count(*) AS tied_count
    FROM result.cerna_nodes AS nodes
    WHERE NOT nodes.is_hub
    GROUP BY nodes.study_id, nodes.contrast_id, nodes.rna_class, nodes.degree, round(nodes.betweenness, 9)
)

SELECT
    nodes.study_id,
    nodes.contrast_id,
    contrasts.reference,
    contrasts.target,
    nodes.rna_class,
    nodes.hub_rank,
    nodes.feature_id,
    nodes.symbol,
    nodes.direction,
    nodes.log2_fold_change,
    nodes.degree,
    nodes.betweenness,
    coalesce(others.tied_count, 0) AS tied_count,
    nodes.module,
    nodes.tier,
    evidence.triplet_count,
    evidence.significant_triplet_count,
    evidence.smallest_padj,
    array_to_string(list_sort(evidence.cernas), ', ') AS cernas,
    array_to_string(list_sort(evidence.mirnas), ', ') AS mirnas,
    array_to_string(list_sort(evidence.mrnas), ', ') AS mrnas
FROM result.cerna_nodes AS nodes
INNER JOIN evidence
    ON
        nodes.study_id = evidence.study_id
        AND nodes.contrast_id = evidence.contrast_id
        AND nodes.feature_id = evidence.feature_id
LEFT JOIN others
    ON
        nodes.study_id = others.study_id
        AND nodes.contrast_id = others.contrast_id
        AND nodes.rna_class = others.rna_class
        AND nodes.degree = others.degree
        AND round(nodes.betweenness, 9) = others.betweenness
LEFT JOIN core.contrasts AS contrasts
    ON nodes.study_id = contrasts.study_id AND nodes.contrast_id = contrasts.contrast_id
WHERE nodes.is_hub
ORDER BY nodes.study_id, nodes.contrast_id, nodes.rna_class, nodes.hub_rank
