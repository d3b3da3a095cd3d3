"""The ceRNA network of a contrast: its nodes with centralities and hubs, its edges, and the ceRNA-mRNA projection."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.methods.cerna_triplets import TIERS
from tasks.methods.network_centrality import adjacency, betweenness, maximal_clique_centrality, modules
from tasks.methods.rna_classes import CLASSES

SIDES = ("cerna", "mirna", "mrna")
NODES = {
    "feature_id": pl.String,
    "symbol": pl.String,
    "rna_class": pl.String,
    "direction": pl.String,
    "log2_fold_change": pl.Float64,
    "tier": pl.String,
    "degree": pl.Int64,
    "betweenness": pl.Float64,
    "mcc": pl.Float64,
    "module": pl.Int64,
    "hub_rank": pl.Int64,
    "is_hub": pl.Boolean,
}
TIED = 9  # decimals of betweenness that tell nodes apart


def network_edges(triplets: pl.DataFrame) -> pl.DataFrame:
    """Edges of the consistent triplets, ceRNA-miRNA and miRNA-mRNA, each once.

    Columns first, second (feature ids), kind, tier (the strongest of its triplets', which is the edge's own or weaker),
    triplet_count.
    """
    kept = triplets.filter("is_consistent")
    sides = [
        kept.select(
            pl.col(f"{one}_id").alias("first"), pl.col(f"{two}_id").alias("second"), "tier", kind=pl.lit(f"{one}-{two}")
        )
        for one, two in (("cerna", "mirna"), ("mirna", "mrna"))
    ]
    return (
        pl.concat(sides)
        .with_columns(_level("tier"))
        .group_by("first", "second", "kind")
        .agg(pl.col("level").min(), pl.len().cast(pl.Int64).alias("triplet_count"))
        .select("first", "second", "kind", _tier("level"), "triplet_count")
        .sort("kind", "first", "second")
    )


def network_nodes(triplets: pl.DataFrame, hubs: int) -> pl.DataFrame:
    """One row per node of the network, best hub first within a class.

    ``hub_rank`` is the place within the class by degree, then betweenness, then symbol; the first ``hubs`` of a class
    are its hubs. ``tier`` is the weakest evidence among a node's edges.
    """
    kept = triplets.filter("is_consistent")
    if kept.is_empty():
        return pl.DataFrame(schema=NODES)
    edges = network_edges(triplets)
    sides = [
        kept.select(
            pl.col(f"{side}_id").alias("feature_id"),
            pl.col(f"{side}_symbol").alias("symbol"),
            (pl.col("cerna_class") if side == "cerna" else pl.lit(side)).alias("rna_class"),
            pl.col(f"{side}_direction").alias("direction"),
            pl.col(f"{side}_log2_fold_change").alias("log2_fold_change"),
        )
        for side in SIDES
    ]
    nodes = pl.concat(sides).unique("feature_id", keep="first").sort("feature_id")
    place = dict(zip(nodes["feature_id"], range(nodes.height), strict=True))
    first, second = (
        edges[end].replace_strict(list(place), list(place.values()), return_dtype=pl.Int64).to_numpy()
        for end in ("first", "second")
    )
    network = adjacency(first, second, nodes.height)
    weakest = np.zeros(nodes.height, dtype=np.int64)
    level = edges.select(_level("tier"))["level"].to_numpy()
    for ends in (first, second):
        np.maximum.at(weakest, ends, level)
    order = ("rna_class", pl.col("degree").neg(), pl.col("betweenness").round(TIED).neg(), "shown", "feature_id")
    return (
        nodes.with_columns(
            pl.Series("degree", np.diff(network.indptr), pl.Int64),
            pl.Series("betweenness", betweenness(network), pl.Float64),
            pl.Series("mcc", maximal_clique_centrality(network), pl.Float64),
            pl.Series("module", modules(network), pl.Int64),
            pl.Series("level", weakest, pl.Int64),
            shown=pl.coalesce("symbol", "feature_id"),
        )
        .sort(*order)
        .with_columns(hub_rank=pl.int_range(1, pl.len() + 1).over("rna_class"))
        .with_columns(_tier("level"), is_hub=pl.col("hub_rank") <= hubs)
        .select(pl.col(name).cast(dtype) for name, dtype in NODES.items())
    )


def tied_hubs(nodes: pl.DataFrame) -> pl.DataFrame:
    """Classes of ``network_nodes`` whose last hub is equal to nodes that are none: rna_class, degree, tied, taken.

    Of ``tied`` nodes of that degree and betweenness only the first ``taken`` by symbol are hubs.
    """
    return (
        nodes.group_by("rna_class", "degree", pl.col("betweenness").round(TIED))
        .agg(tied=pl.len().cast(pl.Int64), taken=pl.col("is_hub").sum().cast(pl.Int64))
        .filter(pl.col("taken").is_between(1, pl.col("tied") - 1))
        .select("rna_class", "degree", "tied", "taken")
        .sort("rna_class")
    )


def tie_words(tie: tuple[str, int, int, int]) -> str:
    """A row of ``tied_hubs`` in a sentence: ``1 of 3 mRNAs of degree 2``."""
    rna_class, degree, tied, taken = tie
    return f"{taken:,} of {tied:,} {CLASSES[rna_class]} of degree {degree:,}"


def projection(triplets: pl.DataFrame) -> pl.DataFrame:
    """The network without its miRNAs: ceRNA-mRNA pairs with the consistent triplets that join them.

    Columns cerna_id, mrna_id, tier (the strongest of the pair's triplets), mirna_count, mirnas (ids, `;` between).
    """
    return (
        triplets.filter("is_consistent")
        .with_columns(_level("tier"))
        .group_by("cerna_id", "mrna_id")
        .agg(
            pl.col("level").min(),
            pl.col("mirna_id").n_unique().cast(pl.Int64).alias("mirna_count"),
            pl.col("mirna_id").sort().str.join(";").alias("mirnas"),
        )
        .select("cerna_id", "mrna_id", _tier("level"), "mirna_count", "mirnas")
        .sort("cerna_id", "mrna_id")
    )


def _level(tier: str) -> pl.Expr:
    return pl.col(tier).replace_strict(TIERS, range(len(TIERS)), return_dtype=pl.Int64).alias("level")


def _tier(level: str) -> pl.Expr:
    return pl.col(level).replace_strict(range(len(TIERS)), TIERS, return_dtype=pl.String).alias("tier")
