"""Gene lists against collections of gene sets: rows of terms with their genes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    tables = [
        _rows(family, limits, method, alpha).with_columns(collection=pl.lit(family.collection), method=pl.lit(method))
        for family in _families(lists, sets)
        for method in methods
    ]
    if not tables:
        return pl.DataFrame()
    found = pl.concat(tables).join(about, on=_SET, how="left", maintain_order="left")
    return found.with_columns(alpha=pl.lit(alpha)).rename({"set_id": "term_id", "set_name": "term"})


def without_sets(lists: Sequence[GeneList], sets: pl.DataFrame, limits: tuple[int, int]) -> list[tuple[GeneList, str]]:
    """Lists with genes and the collections that have no set to test them with: none within ``limits``, or headings."""
    return [
        (one, family.collection)
        for family in _families(lists, sets)
        if not len(_tested(family.sets, limits))
        for one in family.lists
    ]


@dataclass(frozen=True)
class _Family:
    """Sets of a collection (rows) over a background (columns, sorted), and the lists that are drawn from it."""

    collection: str
    lists: list[GeneList]
    background: pl.Series
    ids: pl.Series
    sets: Membership


def _families(lists: Sequence[GeneList], sets: pl.DataFrame) -> Iterator[_Family]:
    """Each collection with each background once, however many lists share it; lists without genes are left out."""
    groups: list[list[GeneList]] = []
    for one in lists:
        alike = (g for g in groups if g[0].drawn_from == one.drawn_from and g[0].background.equals(one.background))
        if len(one.genes) and (group := next(alike, None)) is not None:
            group.append(one)
        elif len(one.genes):
            groups.append([one])
    members = sets.drop_nulls("gene").select(*_SET, "gene").unique().sort("collection")
    for (name,), part in members.group_by(["collection"], maintain_order=True):
        ids = part["set_id"].unique().sort()
        rows = part.join(pl.DataFrame({"set_id": ids}).with_row_index("row"), on="set_id")
        for group in groups:
            background = group[0].background.unique().sort()
            if group[0].drawn_from == ANNOTATED:
                background = background.filter(background.is_in(part["gene"].implode()))
            at = rows.join(pl.DataFrame({"gene": background}).with_row_index("at"), on="gene")
            table = membership(at["row"].to_numpy(), at["at"].to_numpy(), (len(ids), len(background)))
            yield _Family(str(name), group, background, ids, table)


def _tested(sets: Membership, limits: tuple[int, int]) -> np.ndarray:
    """Rows of the sets within the limits that are no headings."""
    sizes = np.diff(sets.indptr)
    found = np.flatnonzero((sizes >= max(limits[0], 1)) & (sizes <= limits[1]))
    return found if len(found) < _MANY else found[sizes[found] <= _HALF * len(np.unique(sets.indices))]


def _rows(family: _Family, limits: tuple[int, int], method: Method, alpha: float) -> pl.DataFrame:
    """Terms of all lists of a background; the sets that are tested are each list's family."""
    kept = _tested(family.sets, limits)
    sets, count = family.sets[kept], len(family.lists)
    place = pl.DataFrame({"gene": family.background}).with_row_index("at")
    chosen = [place.join(pl.DataFrame({"gene": one.genes}), on="gene", how="semi")["at"] for one in family.lists]
    owners, genes = np.repeat(np.arange(count), [len(c) for c in chosen]), pl.concat(chosen).to_numpy()
    tested = over_representation(membership(owners, genes, (count, len(family.background))), sets, limits, method)
    rows = _table(tested, family.ids.gather(kept), _shared(sets, owners, genes, family.background))
    clusters = [
        term_clusters(
            rows.filter(pl.col("list") == i, pl.col("pvalue") < alpha).select("pvalue", "genes", term_id="set_id"),
            len(one),
        ).select(pl.lit(i).alias("list"), pl.col("term_id").alias("set_id"), "cluster", "is_representative")
        for i, one in enumerate(chosen)
    ]
    rows = rows.join(pl.concat(clusters), on=["list", "set_id"], how="left", maintain_order="left")
    names = [(i, one.name, one.tier, one.drawn_from) for i, one in enumerate(family.lists)]
    schema = {"list": pl.Int32, "gene_list": pl.String, "tier": pl.String, "background": pl.String}
    about = pl.DataFrame(names, schema=schema, orient="row")
    return rows.join(about, on="list", how="left", maintain_order="left").drop("list")


def _shared(sets: Membership, owners: np.ndarray, genes: np.ndarray, background: pl.Series) -> pl.DataFrame:
    """Genes, in order, of each list in each set that has any of them: list, column (row of ``sets``), genes."""
    found = sets.T.tocsr()[genes].tocoo()
    order = np.lexsort((genes[found.row], found.col, owners[found.row]))
    rows, columns = found.row[order], found.col[order]
    pairs = pl.DataFrame(
        {"list": owners[rows].astype(np.int32), "column": columns, "gene": background.gather(genes[rows])}
    )
    return pairs.group_by("list", "column", maintain_order=True).agg(genes=pl.col("gene").str.join(";"))


def _table(tested: OverRepresentation, ids: pl.Series, shared: pl.DataFrame) -> pl.DataFrame:
    one, at = shared["list"].to_numpy(), shared["column"].to_numpy()
    list_size = tested.list_size[one]
    return pl.DataFrame(
        {
            "list": shared["list"],
            "set_id": ids.gather(tested.family[at]),
            "overlap": tested.overlap[one, at],
            "set_size": tested.set_size[at],
            "gene_ratio": tested.overlap[one, at] / list_size,
            "fold_enrichment": tested.fold_enrichment()[one, at],
            "pvalue": tested.pvalue[one, at],
            "padj": tested.padj[one, at],
            "genes": shared["genes"],
            "list_size": list_size,
        },
        schema_overrides=dict.fromkeys(("overlap", "set_size", "list_size"), pl.Int64),
    ).with_columns(
        pl.lit(None, pl.Float64).alias("es"),
        pl.lit(None, pl.Float64).alias("nes"),
        pl.lit(None, pl.String).alias("na_reason"),
        background_size=pl.lit(tested.background_size),
        family_size=pl.lit(len(tested.family)),
    )
