"""Features changed in several contrasts, and how far methods agree on what is changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

SEVERAL = 2
CHANGED = ("up", "down")


@dataclass(frozen=True)
class Comparison:
    """A contrast as the overlap needs it."""

    id: str
    variable: str
    reference: str
    target: str


@dataclass(frozen=True)
class Direct:
    """The contrast ``id`` between the targets of ``first`` and ``second``, which share a reference."""

    id: str
    first: str
    second: str


def direct_contrasts(contrasts: Sequence[Comparison]) -> list[Direct]:
    """Every declared contrast that compares the targets of two others which share a reference."""
    found = []
    for one, other in combinations(contrasts, 2):
        if (one.variable, one.reference) != (other.variable, other.reference) or one.target == other.target:
            continue
        ends = {one.target, other.target}
        found += [
            Direct(c.id, one.id, other.id)
            for c in contrasts
            if c.variable == one.variable and {c.reference, c.target} == ends
        ]
    return found


def overlaps(expression: pl.DataFrame, contrasts: Sequence[Comparison]) -> pl.DataFrame:
    """One row per feature that is up or down in two contrasts or more.

    ``expression``: rows of one library by one method, ``contrast_id, feature_id, symbol, rna_class,
    log2_fold_change, padj, direction``; ``contrasts`` in display order. A contrast between the targets of two
    others of the feature is shown beside them, not counted: it says whether the two differ in size.
    Columns are those of ``result.expression_overlaps`` without ``library`` and ``method``. No test is
    made of the overlap: contrasts that share a reference share its samples and overlap by that alone.
    """
    place = pl.DataFrame(
        {
            "contrast_id": [c.id for c in contrasts],
            "place": range(len(contrasts)),
            "level": [f"{c.variable}\0{c.reference}" for c in contrasts],
            "reference": [c.reference for c in contrasts],
        },
        schema={"contrast_id": pl.String, "place": pl.Int64, "level": pl.String, "reference": pl.String},
    )
    changed = expression.filter(pl.col("direction").is_in(CHANGED)).join(place, on="contrast_id")
    beside = _beside(changed, expression, direct_contrasts(contrasts))
    counted = changed.join(
        beside.select("feature_id", contrast_id="direct_contrast"), on=["feature_id", "contrast_id"], how="anti"
    )
    rows = (
        counted.sort("feature_id", "place")
        .group_by("feature_id", maintain_order=True)
        .agg(
            pl.col("symbol", "rna_class").first(),
            pl.col("contrast_id").str.join(";").alias("contrasts"),
            pl.col("direction").str.join(";").alias("directions"),
            pl.len().cast(pl.Int64).alias("contrast_count"),
            (pl.col("direction").n_unique() == 1).alias("is_consistent"),
            pl.when(pl.col("level").n_unique() == 1).then(pl.col("reference").first()).alias("shared_reference"),
            pl.col("padj").max().alias("max_padj"),
            pl.col("log2_fold_change").abs().min().alias("min_abs_log2_fold_change"),
        )
        .filter(pl.col("contrast_count") >= SEVERAL)
    )
    shown = beside.sort("feature_id", "direct_padj", "direct_contrast", nulls_last=True)
    shown = shown.unique("feature_id", keep="first", maintain_order=True)
    return rows.join(shown, on="feature_id", how="left", maintain_order="left")


def _beside(changed: pl.DataFrame, expression: pl.DataFrame, directs: Sequence[Direct]) -> pl.DataFrame:
    """Direct contrasts of the pairs of contrasts that a feature is changed in, with its numbers there."""
    pairs = pl.DataFrame(
        {
            "first": [d.first for d in directs],
            "second": [d.second for d in directs],
            "direct_contrast": [d.id for d in directs],
        },
        schema={"first": pl.String, "second": pl.String, "direct_contrast": pl.String},
    )
    seen = changed.select("feature_id", "contrast_id")
    both = (
        seen.rename({"contrast_id": "first"})
        .join(pairs, on="first")
        .join(seen.rename({"contrast_id": "second"}), on=["feature_id", "second"])
        .select("feature_id", "direct_contrast")
        .unique()
    )
    numbers = expression.select(
        "feature_id",
        direct_contrast="contrast_id",
        direct_log2_fold_change="log2_fold_change",
        direct_padj="padj",
    )
    return both.join(numbers, on=["feature_id", "direct_contrast"], how="left")


def agreement(expression: pl.DataFrame, method_a: str, method_b: str) -> dict[str, float | int | str | None]:
    """How far two methods agree over the features of one contrast and library.

    ``expression``: ``method, feature_id, log2_fold_change, pvalue, direction``. Columns are those of
    ``result.method_agreement`` from ``tested_both_count`` on. ``na_reason``: ``nothing_changed`` (no list,
    so no Jaccard index), ``too_few_features`` (fewer than three tested by both, so no correlation).
    """
    columns = ["feature_id", "log2_fold_change", "pvalue", "direction"]
    a, b = (expression.filter(pl.col("method") == m).select(columns) for m in (method_a, method_b))
    both = a.join(b, on="feature_id", how="full", coalesce=True, suffix="_b")
    is_a, is_b = (pl.col(c).is_in(CHANGED).fill_null(value=False) for c in ("direction", "direction_b"))
    is_same = is_a & is_b & (pl.col("direction") == pl.col("direction_b"))
    counts = both.select(
        tested_both_count=(pl.col("pvalue").is_not_null() & pl.col("pvalue_b").is_not_null()).sum(),
        significant_a_count=is_a.sum(),
        significant_b_count=is_b.sum(),
        both_count=is_same.sum(),
        opposite_count=(is_a & is_b & ~is_same).sum(),
        either=(is_a | is_b).sum(),
    ).row(0, named=True)
    either = counts.pop("either")
    tested = both.filter(pl.col("pvalue").is_not_null() & pl.col("pvalue_b").is_not_null())
    spearman = tested.select(pl.corr("log2_fold_change", "log2_fold_change_b", method="spearman")).item()
    has_correlation = tested.height > SEVERAL and spearman is not None and spearman == spearman  # noqa: PLR0124  # NaN
    reasons = [] if either else ["nothing_changed"]
    reasons += [] if has_correlation else ["too_few_features"]
    return counts | {
        "jaccard": counts["both_count"] / either if either else None,
        "spearman_log2_fold_change": min(1.0, max(-1.0, spearman)) if has_correlation else None,
        "na_reason": ";".join(reasons) or None,
    }
