"""Protein levels from blots: target over loading control, lane by lane, on one membrane."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tasks.methods.culture_values import with_exclusions

LANE = ("membrane_key", "lane", "time_h")
NOT_TESTED = ("loading", "total_protein", "marker")


def protein_levels(bands: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """log2(target / loading) of every culture and target, per membrane.

    ``bands``: ``BlotBand`` rows of cultures with ``is_excluded``; ``samples``: ``core.samples``. In a lane of a file,
    boxes of a target are added up; several loading controls are averaged as logarithms (geometric mean), total protein
    alone serves where no other control is on the membrane. The loading control is that of the same file (one
    exposure), else that of the membrane's other files; never that of another membrane. A target that several files
    have measured in a lane, and lanes of a culture, are technical: their log ratios are averaged. A saturated band is
    not used, of target or loading alike.

    One row per (membrane, culture, target, time): ``loading, mean_signal, mean_loading, log2_ratio, ratio, lane_count,
    sd_log2, is_excluded, na_reason``: ``no_loading_on_membrane``, ``saturated``, ``loading_saturated``, ``no_signal``,
    ``no_loading_signal``.

    Taylor et al. 2013, doi:10.1007/s12033-013-9672-6
    """
    own = pl.when(pl.col("membrane_is_explicit")).then("membrane").otherwise(pl.concat_str("object_id", "membrane"))
    bands = bands.with_columns(membrane_key=own, is_saturated=_flagged("saturated"))
    lanes = _lanes(with_exclusions(bands, samples, ("membrane_key", "sample_id", "target", "time_h")))
    loading = _loading(lanes, LANE)
    targets = lanes.filter(~pl.col("target_role").is_in(NOT_TESTED))
    joined = _with_loading(targets, here=_loading(lanes, ("object_id", *LANE)), elsewhere=loading)
    on_membrane = loading.select("membrane_key").unique().with_columns(has_loading=pl.lit(value=True))
    joined = joined.join(on_membrane, on="membrane_key", how="left").with_columns(
        pl.col("has_loading").fill_null(False)
    )
    ratio = (pl.col("signal") / pl.col("loading_signal")).log(2)
    reason = (
        pl.when(~pl.col("has_loading"))
        .then(pl.lit("no_loading_on_membrane"))
        .when(pl.col("is_saturated"))
        .then(pl.lit("saturated"))
        .when(pl.col("signal").is_null())
        .then(pl.lit("no_signal"))
        .when(pl.col("loading_is_saturated").fill_null(False))
        .then(pl.lit("loading_saturated"))
        .when(pl.col("loading_signal").is_null())
        .then(pl.lit("no_loading_signal"))
    )
    rows = joined.with_columns(reason=reason).with_columns(log2=pl.when(pl.col("reason").is_null()).then(ratio))
    by = ("membrane_key", "sample_id", "target", "time_h")
    return (
        _over_files(rows)
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("membrane", "experiment", "loading", "is_excluded").first(),
            pl.col("signal").mean().alias("mean_signal"),
            pl.col("loading_signal").mean().alias("mean_loading"),
            pl.col("log2").mean().alias("log2_ratio"),
            pl.col("log2").std().alias("sd_log2"),
            pl.col("log2").count().cast(pl.Int64).alias("lane_count"),
            pl.col("reason").drop_nulls().first().alias("na_reason"),
        )
        .with_columns(
            ratio=(pl.col("log2_ratio") * pl.lit(2.0).log()).exp(),
            na_reason=pl.when(pl.col("log2_ratio").is_null()).then(pl.col("na_reason")),
        )
        .sort(by, nulls_last=True)
    )


def _with_loading(targets: pl.DataFrame, *, here: pl.DataFrame, elsewhere: pl.DataFrame) -> pl.DataFrame:
    """Add the loading signal of the same file, or of the membrane's other files where it has none."""
    names = [c for c in elsewhere.columns if c not in LANE]
    both = targets.join(here, on=("object_id", *LANE), how="left", nulls_equal=True, maintain_order="left").join(
        elsewhere, on=LANE, how="left", nulls_equal=True, maintain_order="left", suffix="_elsewhere"
    )
    is_here = pl.col("loading").is_not_null()
    return both.with_columns(pl.when(is_here).then(n).otherwise(f"{n}_elsewhere").alias(n) for n in names)


def _over_files(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per lane, target and culture: the mean of what the membrane's files say; signals of used bands only."""
    is_used = pl.col("log2").is_not_null()
    return rows.group_by(*LANE, "target", "sample_id", maintain_order=True).agg(
        pl.col("membrane", "experiment", "is_excluded").first(),
        pl.col("loading").drop_nulls().first(),
        pl.col("signal", "loading_signal").filter(is_used).mean(),
        pl.col("log2").mean(),
        pl.col("reason").drop_nulls().first(),
    )


def _flagged(flag: str) -> pl.Expr:
    return pl.col("flag").fill_null("").str.split(";").list.contains(flag)


def _lanes(bands: pl.DataFrame) -> pl.DataFrame:
    """One row per file, lane and target: the boxes' signals added; null when any of them is missing or saturated."""
    return bands.group_by("object_id", *LANE, "target", maintain_order=True).agg(
        pl.col("membrane", "sample_id", "experiment", "target_role").first(),
        pl.col("is_excluded").all(),
        pl.col("is_saturated").any(),
        pl.when(pl.col("signal").is_null().any() | pl.col("is_saturated").any())
        .then(None)
        .otherwise(pl.col("signal").sum())
        .alias("signal"),
    )


def _loading(lanes: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Loading signal of every lane: geometric mean of its controls, total protein only where there is no other."""
    controls = lanes.filter(pl.col("target_role").is_in(["loading", "total_protein"])).with_columns(
        has_protein=(pl.col("target_role") == "loading").any().over("membrane_key")
    )
    used = controls.filter(~pl.col("has_protein") | (pl.col("target_role") == "loading"))
    return used.group_by(by, maintain_order=True).agg(
        pl.col("target").unique().sort().str.join(";").alias("loading"),
        pl.when(pl.col("signal").is_null().any())
        .then(None)
        .otherwise(pl.col("signal").log().mean().exp())
        .alias("loading_signal"),
        pl.col("is_saturated").any().alias("loading_is_saturated"),
    )
