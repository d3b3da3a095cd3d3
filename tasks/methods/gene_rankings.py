"""Genes of a contrast from the most raised to the most lowered, and the gene sets that gather at an end."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.methods.gene_units import gene_units, named_genes
from tasks.methods.gsea import Ints, Preranked, preranked
from tasks.methods.over_representation import Membership, adjusted_rows, membership

RANKING = "ranking"  # gene_list of its terms
METHOD = "gsea"
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


def named_sets(sets: pl.DataFrame, features: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``core.gene_sets`` that no exclusion names, with the study's ``gene``; null where it has none."""
    kept = sets.filter(~pl.col("is_excluded")).rename({"object_id": "gene_set_hash"})
    names = named_genes(kept["symbol"], gene_units(features), aliases)
    return kept.join(names, left_on="symbol", right_on="name", how="left", maintain_order="left")


def ranked_terms(ranked: pl.DataFrame, sets: pl.DataFrame, limits: tuple[int, int], permutations: int) -> pl.DataFrame:
    """Every set of which ``limits`` genes are ranked, by preranked GSEA; a family is a collection.

    ``ranked``: of ``ranking``; ``sets``: of ``named_sets``. The list of a term are the genes from the end of the
    ranking to the peak of its running sum, ``genes`` those of the set among them: the leading edge, from the end on.
    Columns are those of ``result.enrichment`` without its contrast.
    """
    members = sets.drop_nulls("gene").select(*_SET, "gene").unique()
    named = members.select(*_SET).unique().sort(_SET).with_row_index("row")
    places = pl.DataFrame({"gene": ranked["gene"]}).with_row_index("at")
    at = members.join(named, on=_SET).join(places, on="gene")
    table = membership(at["row"].to_numpy(), at["at"].to_numpy(), (named.height, ranked.height))
    found = preranked(table, ranked["stat"].to_numpy(), limits, permutations)
    rows = pl.concat([named[found.family].drop("row"), _rows(found, table, ranked["gene"])], how="horizontal")
    families = [_corrected(part) for part in rows.partition_by("collection", maintain_order=True)]
    corrected = pl.concat(families) if families else rows
    about = sets.group_by(*_SET).agg(
        pl.col("set_name").first(), pl.col("gene_set_hash").first(), set_gene_count=pl.col("symbol").n_unique()
    )
    corrected = corrected.join(about, on=_SET, how="left", maintain_order="left")
    return corrected.rename({"set_id": "term_id", "set_name": "term"}).with_columns(
        gene_list=pl.lit(RANKING), method=pl.lit(METHOD)
    )


def _corrected(family: pl.DataFrame) -> pl.DataFrame:
    padj = adjusted_rows(family["pvalue"].to_numpy()[None, :])[0]
    return family.with_columns(padj=padj, family_size=pl.lit(family.height))


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
