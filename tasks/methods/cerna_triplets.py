"""Triplets ceRNA-miRNA-mRNA of a contrast: all of a target table's tested at once, those that hold listed.

The family is never written out. A triplet whose signs fit a pattern has the largest of its nodes' p-values, any other
has p = 1; so the family's distribution follows from sorted target lists of each miRNA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np
import polars as pl

from schemas.vocabulary import EvidenceTier
from tasks.methods.cerna_pairs import Floats, Ints, adjusted

TIERS: tuple[str, ...] = get_args(EvidenceTier)  # strongest first
CERNA_CLASSES = ("circrna", "lncrna")
NODE_COLUMNS = ("symbol", "direction", "log2_fold_change")


@dataclass(frozen=True)
class Triplets:
    """``rows``: one per triplet that is significant or consistent; ``family_sizes``: triplets tested, by tier."""

    rows: pl.DataFrame
    family_sizes: Mapping[str, int]


def triplets(nodes: pl.DataFrame, edges: pl.DataFrame, fdr: float) -> Triplets:
    """Test all triplets of the table whose three nodes were tested.

    ``nodes``: feature_id, symbol, rna_class, pvalue (two-sided, not null), log2_fold_change, direction, one row a
    tested feature. ``edges``: mirna_id, target_id, tier, each pair once. The p-value of a triplet is the
    largest of its nodes' one-sided ones for ceRNA and mRNA one way and miRNA the other, doubled for the two
    patterns (intersection-union test: Berger 1982, doi:10.1080/00401706.1982.10487790). A triplet has the weaker tier
    of its two edges, and each tier is a family of Benjamini-Hochberg. ``rows`` has the triplets with padj < ``fdr``
    and those whose nodes are all changed (``direction``) with the pattern's signs (``is_consistent``).
    """
    values = np.unique(nodes["pvalue"].to_numpy())
    table = _signed(nodes, edges, values)
    cernas, mrnas = table.filter(pl.col("rna_class").is_in(CERNA_CLASSES)), table.filter(rna_class="mrna")
    sizes, padj = {}, {}
    known, seen = 0, _counts(table.clear(), table.clear(), len(values))
    for level, tier in enumerate(TIERS):
        first, second = (side.filter(pl.col("level") <= level) for side in (cernas, mrnas))
        total, counts = _family_size(first, second), _counts(first, second, len(values))
        if total > known:
            sizes[tier] = total - known
            padj[tier] = adjusted(values, counts - seen, total - known)
        known, seen = total, counts
    rows = _listed(cernas, mrnas, padj, fdr)
    return Triplets(_described(rows, nodes, values, padj, sizes, fdr), sizes)


def _signed(nodes: pl.DataFrame, edges: pl.DataFrame, values: Floats) -> pl.DataFrame:
    """Edges between tested nodes, with what a triplet needs of both ends; p-values as ranks among ``values``."""
    rank = np.searchsorted(values, nodes["pvalue"].to_numpy())
    about = nodes.select(
        "feature_id",
        "rna_class",
        pl.col("log2_fold_change").sign().fill_null(0).cast(pl.Int8).alias("sign"),
        pl.Series("rank", rank, pl.Int64),
        (pl.col("direction") != "ns").alias("is_changed"),
    )
    mirnas = about.filter(rna_class="mirna").drop("rna_class")
    targets = about.filter(pl.col("rna_class") != "mirna")
    return (
        edges.join(mirnas, left_on="mirna_id", right_on="feature_id")
        .join(targets, left_on="target_id", right_on="feature_id", suffix="_target")
        .select(
            "mirna_id",
            "target_id",
            "rna_class",
            pl.col("sign_target").alias("way"),
            pl.max_horizontal("rank", "rank_target").alias("rank"),
            (pl.col("is_changed") & pl.col("is_changed_target")).alias("is_changed"),
            ((pl.col("sign") * pl.col("sign_target")) < 0).alias("is_opposed"),
            pl.col("tier").replace_strict(TIERS, range(len(TIERS)), return_dtype=pl.Int8).alias("level"),
        )
    )


def _family_size(cernas: pl.DataFrame, mrnas: pl.DataFrame) -> int:
    both = cernas.group_by("mirna_id").len("first").join(mrnas.group_by("mirna_id").len("second"), on="mirna_id")
    return int((both["first"].cast(pl.Int64) * both["second"].cast(pl.Int64)).sum())


def _counts(cernas: pl.DataFrame, mrnas: pl.DataFrame, value_count: int) -> Ints:
    """Triplets that fit a pattern, by the rank of their p-value.

    Edges of a miRNA and a direction sorted by rank: after each, ceRNAs so far x mRNAs so far triplets have at most
    that rank.
    """
    events = (
        pl.concat([cernas.with_columns(is_cerna=1), mrnas.with_columns(is_cerna=0)])
        .filter("is_opposed")
        .sort("mirna_id", "way", "rank")
        .with_columns(
            first=pl.col("is_cerna").cum_sum().over("mirna_id", "way"),
            second=(1 - pl.col("is_cerna")).cum_sum().over("mirna_id", "way"),
        )
        .with_columns(so_far=pl.col("first").cast(pl.Int64) * pl.col("second").cast(pl.Int64))
        .with_columns(new=pl.col("so_far") - pl.col("so_far").shift(1).over("mirna_id", "way").fill_null(0))
    )
    found = np.bincount(events["rank"].to_numpy(), events["new"].to_numpy(), value_count)
    return np.rint(found).astype(np.int64)


def _listed(cernas: pl.DataFrame, mrnas: pl.DataFrame, padj: Mapping[str, Floats], fdr: float) -> pl.DataFrame:
    """Triplets worth a row: within reach of significance in some tier, or of three changed nodes."""
    limit = max((int(np.flatnonzero(after < fdr).max(initial=-1)) for after in padj.values()), default=-1)
    found = []
    for chosen in (pl.col("rank") <= limit, pl.col("is_changed")):
        left = cernas.filter(chosen, "is_opposed").drop("is_opposed")
        right = mrnas.filter(chosen, "is_opposed").drop("is_opposed", "rna_class")
        found.append(left.join(right, on=["mirna_id", "way"], suffix="_mrna"))
    return (
        pl.concat(found)
        .unique(["target_id", "mirna_id", "target_id_mrna"])
        .select(
            pl.col("target_id").alias("cerna_id"),
            pl.col("rna_class").alias("cerna_class"),
            "mirna_id",
            pl.col("target_id_mrna").alias("mrna_id"),
            pl.when(pl.col("way") > 0).then(pl.lit("up")).otherwise(pl.lit("down")).alias("pattern"),
            pl.max_horizontal("rank", "rank_mrna").alias("rank"),
            pl.max_horizontal("level", "level_mrna").alias("level"),
            (pl.col("is_changed") & pl.col("is_changed_mrna")).alias("is_consistent"),
        )
    )


def _described(
    rows: pl.DataFrame,
    nodes: pl.DataFrame,
    values: Floats,
    padj: Mapping[str, Floats],
    sizes: Mapping[str, int],
    fdr: float,
) -> pl.DataFrame:
    rank, level = rows["rank"].to_numpy(), rows["level"].to_numpy()
    after = np.full(rows.height, np.nan)
    for tier, corrected in padj.items():
        mine = level == TIERS.index(tier)
        after[mine] = corrected[rank[mine]]
    found = rows.with_columns(
        pl.Series("pvalue", values[rank], pl.Float64),
        pl.Series("padj", after, pl.Float64),
        tier=pl.col("level").replace_strict(range(len(TIERS)), TIERS, return_dtype=pl.String),
    ).with_columns(
        family_size=pl.col("tier").replace_strict(list(sizes), list(sizes.values()), return_dtype=pl.Int64),
        is_significant=pl.col("padj") < fdr,
    )
    for side in ("cerna", "mirna", "mrna"):
        named = nodes.select(
            pl.col("feature_id").alias(f"{side}_id"), *(pl.col(c).alias(f"{side}_{c}") for c in NODE_COLUMNS)
        )
        found = found.join(named, on=f"{side}_id", how="left")
    return (
        found.filter(pl.col("is_significant") | pl.col("is_consistent"))
        .drop("rank", "level")
        .sort("pvalue", "cerna_id", "mirna_id", "mrna_id")
    )
