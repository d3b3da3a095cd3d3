"""Gene lists against collections of gene sets: rows of terms with their genes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from tasks.methods.gene_lists import ANNOTATED, GeneList
from tasks.methods.over_representation import Membership, OverRepresentation, membership, over_representation
from tasks.methods.term_clusters import term_clusters

Method = Literal["ora", "ease"]
_SET = ["collection", "set_id"]
_MANY, _HALF = 20, 0.5  # sets of a family from which on a set that holds over half of all genes is a heading


def enriched_terms(
    lists: Sequence[GeneList],
    sets: pl.DataFrame,
    limits: tuple[int, int],
    methods: Sequence[Method],
    alpha: float,
) -> pl.DataFrame:
    """Terms that share a gene with a list, for every list, collection and method.

    ``sets``: collection, set_id, set_name, gene_set_hash, gene (null where the study has none of that name), symbol.
    A family is one list, collection and method, with the sets of which ``limits`` genes, both ends included, are in
    the background. Of 20 such sets or more those are left out that hold over half of the genes that the collection
    knows of the background: the headings of an ontology, which in a small background are small enough. Lists drawn
    from ``annotated`` genes are tested among those of the collection. Empty lists have no rows. Terms with a p-value
    below ``alpha`` are grouped by ``term_clusters``; the others have no cluster. Columns are those of
    ``result.enrichment`` without its contrast.
    """
    about = sets.group_by(*_SET).agg(
        pl.col("set_name").first(), pl.col("gene_set_hash").first(), set_gene_count=pl.col("symbol").n_unique()
    )
    members = sets.drop_nulls("gene").select(*_SET, "gene").unique()
    tables = [
        _rows(one, part, limits, method, alpha).with_columns(
            gene_list=pl.lit(one.name),
            tier=pl.lit(one.tier, pl.String),
            alpha=alpha,
            collection=pl.lit(str(name)),
            method=pl.lit(method),
            background=pl.lit(one.drawn_from),
        )
        for one in lists
        if len(one.genes)
        for (name,), part in members.sort("collection").group_by(["collection"], maintain_order=True)
        for method in methods
    ]
    if not tables:
        return pl.DataFrame()
    found = pl.concat(tables).join(about, on=_SET, how="left", maintain_order="left")
    return found.rename({"set_id": "term_id", "set_name": "term"})


def without_sets(lists: Sequence[GeneList], sets: pl.DataFrame, limits: tuple[int, int]) -> list[tuple[GeneList, str]]:
    """Lists with genes and the collections of which no set within ``limits`` is in their background: not tested."""
    members = sets.drop_nulls("gene").select(*_SET, "gene").unique()
    return [
        (one, str(name))
        for (name,), part in members.sort("collection").group_by(["collection"], maintain_order=True)
        for one in lists
        if len(one.genes) and not _family(part, _background(one, part), limits)
    ]


def _rows(one: GeneList, members: pl.DataFrame, limits: tuple[int, int], method: Method, alpha: float) -> pl.DataFrame:
    """Rows of one family."""
    background = _background(one, members)
    ids, sets = _sets(members, background, limits)
    place = pl.DataFrame({"gene": background}).with_row_index("at")
    genes = place.join(pl.DataFrame({"gene": one.genes}), on="gene", how="semi")["at"].to_numpy()
    lists = membership(np.zeros(len(genes), dtype=np.int64), genes, (1, len(background)))
    tested = over_representation(lists, sets, limits, method)
    rows = _table(tested, ids, _shared(tested, sets, genes, background))
    ranked = rows.filter(pl.col("pvalue") < alpha).select("pvalue", "genes", term_id="set_id")
    groups = term_clusters(ranked, len(genes)).rename({"term_id": "set_id"})
    return rows.join(groups, on="set_id", how="left", maintain_order="left")


def _background(one: GeneList, members: pl.DataFrame) -> pl.Series:
    known = one.background.is_in(members["gene"].implode())
    return one.background.filter(known) if one.drawn_from == ANNOTATED else one.background


def _family(members: pl.DataFrame, background: pl.Series, limits: tuple[int, int]) -> int:
    """Sets whose genes in the background are within the limits."""
    sizes = members.join(pl.DataFrame({"gene": background}), on="gene", how="semi").group_by("set_id").len()
    return sizes.filter(pl.col("len").is_between(*limits)).height


def _sets(members: pl.DataFrame, background: pl.Series, limits: tuple[int, int]) -> tuple[pl.Series, Membership]:
    """Ids of a collection's sets without headings, and their genes within the background."""
    ids = members["set_id"].unique().sort()
    rows = members.join(pl.DataFrame({"set_id": ids}).with_row_index("row"), on="set_id")
    rows = rows.join(pl.DataFrame({"gene": background}).with_row_index("at"), on="gene")
    sets = membership(rows["row"].to_numpy(), rows["at"].to_numpy(), (len(ids), len(background)))
    sizes = np.diff(sets.indptr)
    if np.count_nonzero((sizes >= limits[0]) & (sizes <= limits[1])) < _MANY:
        return ids, sets
    kept = np.flatnonzero(sizes <= _HALF * rows["at"].n_unique())
    return ids.gather(kept), sets[kept]


def _shared(tested: OverRepresentation, sets: Membership, genes: np.ndarray, background: pl.Series) -> pl.DataFrame:
    """Genes of the list in each set of the family that has any: column (of the family), genes."""
    common = sets[tested.family][:, genes].tocoo()
    pairs = pl.DataFrame({"column": common.row, "gene": background.gather(genes).gather(common.col)})
    return pairs.sort("column", "gene").group_by("column", maintain_order=True).agg(genes=pl.col("gene").str.join(";"))


def _table(tested: OverRepresentation, ids: pl.Series, shared: pl.DataFrame) -> pl.DataFrame:
    at = shared["column"].to_numpy()
    list_size = int(tested.list_size[0])
    return pl.DataFrame(
        {
            "set_id": ids.gather(tested.family[at]),
            "overlap": tested.overlap[0, at],
            "set_size": tested.set_size[at],
            "gene_ratio": tested.overlap[0, at] / list_size,
            "fold_enrichment": tested.fold_enrichment()[0, at],
            "pvalue": tested.pvalue[0, at],
            "padj": tested.padj[0, at],
            "genes": shared["genes"],
        }
    ).with_columns(
        pl.lit(None, pl.Float64).alias("es"),
        pl.lit(None, pl.Float64).alias("nes"),
        pl.lit(None, pl.String).alias("na_reason"),
        list_size=pl.lit(list_size),
        background_size=pl.lit(tested.background_size),
        family_size=pl.lit(len(tested.family)),
    )
