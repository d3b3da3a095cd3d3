"""Genes of a contrast from the most raised to the most lowered, and the gene sets that gather at an end."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.methods.gene_units import gene_units
from tasks.methods.gsea import Ints, Preranked, preranked
from tasks.methods.known_sets import known_sets
from tasks.methods.over_representation import Membership, adjusted_rows, membership
from tasks.methods.term_clusters import term_clusters

RANKING = "ranking"  # gene_list of its terms
METHOD = "gsea"
NAMED = "enrichment.lists"  # collection of the lists that study.yaml names there
NO_NULL = "no_permutation_of_this_sign"
_SET = ["collection", "set_id"]
_IS_TESTED = pl.col("pvalue").is_not_null() & pl.col("stat").is_finite()


def ranking(tests: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    """Tested genes by test statistic, the highest first: gene, feature_id, stat.

    ``tests``: rows of ``result.differential_expression`` of one contrast and method; ``features``: rows of
    ``core.features``. Of features that share a symbol the one of the largest absolute ``stat`` stands for the gene, of
    equal ones the first id. Genes of equal statistic stand in the order of their names. Features without a p-value
    (outliers, no reads) or a statistic are left out.
    """
    tested = tests.filter(_IS_TESTED, library="gene").join(gene_units(features), on="feature_id")
    strongest = tested.sort(pl.col("stat").abs(), "feature_id", descending=[True, False])
    genes = strongest.unique("gene", keep="first", maintain_order=True)
    return genes.sort("stat", "gene", descending=[True, False]).select("gene", "feature_id", "stat")


def named_sets(sets: pl.DataFrame, lists: pl.DataFrame, features: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Genes of sets and of named lists that no exclusion names, with the study's ``gene``; null where it has none.

    ``sets``, ``lists``: rows of ``core.gene_sets`` and ``core.gene_lists``; each list is a set of the collection
    ``enrichment.lists``.
    """
    named = lists.filter(role="genes").select(
        "symbol", "object_id", "is_excluded", collection=pl.lit(NAMED), set_id="gene_list", set_name="gene_list"
    )
    rows = pl.concat([sets.select(named.columns), named]).filter(~pl.col("is_excluded"))
    return known_sets(rows, gene_units(features), aliases)


def ranked_terms(
    ranked: pl.DataFrame, sets: pl.DataFrame, limits: tuple[int, int], permutations: int, alpha: float
) -> pl.DataFrame:
    """Every set of which ``limits`` genes are ranked, and every named list, by preranked GSEA.

    ``ranked``: of ``ranking``; ``sets``: of ``named_sets``. A family is a collection. The list of a term are the genes
    from the end of the ranking to the peak of its running sum, ``genes`` those of the set among them: the leading edge,
    from the end on. Terms with a p-value below ``alpha`` whose leading edges are nearly the same have one cluster
    (``term_clusters`` over the ranked genes; of equal p-values the larger NES leads). Each list has random sets of its
    own, so that its numbers do not depend on which other lists are named. A list without a ranked gene, or of all of
    them, has no row. Columns are those of ``result.enrichment`` without its contrast.
    """
    is_list = pl.col("collection") == NAMED
    parts = [_tested(ranked, sets.filter(~is_list), limits, permutations)]
    for named in sets.filter(is_list).sort("set_id").partition_by("set_id", maintain_order=True):
        largest = min(named["gene"].drop_nulls().n_unique(), ranked.height - 1)  # drawing more takes long
        parts.append(_tested(ranked, named, (1, largest), permutations))
    tested = pl.concat([part for part in parts if not part.is_empty()] or parts[:1])
    about = sets.group_by(*_SET).agg(
        pl.col("set_name").first(), pl.col("gene_set_hash").first(), set_gene_count=pl.col("symbol").n_unique()
    )
    families = [_grouped(part, alpha, ranked.height) for part in tested.partition_by("collection", maintain_order=True)]
    rows = pl.concat(families) if families else tested
    rows = rows.join(about, on=_SET, how="left", maintain_order="left")
    return rows.rename({"set_id": "term_id", "set_name": "term"}).with_columns(
        gene_list=pl.lit(RANKING), method=pl.lit(METHOD), alpha=pl.lit(alpha)
    )


def _tested(ranked: pl.DataFrame, sets: pl.DataFrame, limits: tuple[int, int], permutations: int) -> pl.DataFrame:
    """Rows of the sets within the limits."""
    members = sets.drop_nulls("gene").select(*_SET, "gene").unique()
    named = members.select(*_SET).unique().sort(_SET).with_row_index("row")
    places = pl.DataFrame({"gene": ranked["gene"]}).with_row_index("at")
    at = members.join(named, on=_SET).join(places, on="gene")
    table = membership(at["row"].to_numpy(), at["at"].to_numpy(), (named.height, ranked.height))
    found = preranked(table, ranked["stat"].to_numpy(), limits, permutations)
    return pl.concat([named[found.family].drop("row"), _rows(found, table, ranked["gene"])], how="horizontal")


def _grouped(family: pl.DataFrame, alpha: float, total: int) -> pl.DataFrame:
    """Add what a family makes of its terms: padj, family_size, cluster, is_representative."""
    padj = adjusted_rows(family["pvalue"].to_numpy()[None, :])[0]
    below = family.filter(pl.col("pvalue") < alpha).sort(
        "pvalue", pl.col("nes").abs(), "set_id", descending=[False, True, False]
    )
    order = pl.int_range(pl.len()).cast(pl.Float64)
    groups = term_clusters(below.select("genes", term_id="set_id", pvalue=order), total)
    rows = family.with_columns(padj=padj, family_size=pl.lit(family.height))
    return rows.join(groups.rename({"term_id": "set_id"}), on="set_id", how="left", maintain_order="left")


def _rows(found: Preranked, sets: Membership, genes: pl.Series) -> pl.DataFrame:
    """What is found of each set, of all collections."""
    count, is_up = len(genes), found.es > 0
    overlap, names = _leading_edges(found, sets, genes)
    list_size = np.where(is_up, found.peak + 1, count - found.peak)
    nes = pl.Series(found.nes, nan_to_null=True)
    table = pl.DataFrame(
        {
            "overlap": overlap,
            "set_size": found.set_size,
            "list_size": list_size,
            "gene_ratio": overlap / list_size,
            "fold_enrichment": overlap / list_size / (found.set_size / count),
            "es": found.es,
            "nes": nes,
            "pvalue": found.pvalue,
            "genes": names,
        }
    )
    return table.with_columns(
        background_size=pl.lit(count),
        na_reason=pl.when(pl.col("nes").is_null()).then(pl.lit(NO_NULL)),
    )


def _leading_edges(found: Preranked, sets: Membership, genes: pl.Series) -> tuple[Ints, pl.Series]:
    """Number and names of the genes between an end of the ranking and the peak, the end first."""
    hits = sets[found.family].tocoo()
    is_up, peak = (found.es > 0)[hits.row], found.peak[hits.row]
    is_inside = np.where(is_up, hits.col <= peak, hits.col >= peak)
    order = np.where(is_up, hits.col, -hits.col)
    inside = pl.DataFrame({"row": hits.row, "order": order, "gene": genes.gather(hits.col)}).filter(is_inside)
    edges = inside.sort("row", "order").group_by("row", maintain_order=True).agg(pl.len(), pl.col("gene").str.join(";"))
    return edges["len"].to_numpy(), edges["gene"]
