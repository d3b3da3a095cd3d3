"""Dispersion plot of a fit: what features say on their own, the trend, and what tests use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.figure_style import DARK, DOWN, GREY, SINGLE_MM, UP, panel, plain
from tasks.methods.rna_classes import LIBRARY_NAMES

TABLE = "result.dispersions"
LOWEST_DRAWN = 1e-5


def parts(_study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per library and fit."""
    fits = slices[TABLE].select("library", "fit").unique().sort("library", "fit")
    return [
        Part(f"{library}, {fit}", {TABLE: {"library": (library,), "fit": (fit,)}}, {"library": library, "fit": fit})
        for library, fit in fits.iter_rows()
    ]


def source(dispersions: pl.DataFrame) -> pl.DataFrame:
    """The points by mean, with the height at which each own estimate is drawn."""
    return dispersions.sort("base_mean", "feature_id").select(
        "feature_id",
        "base_mean",
        "genewise_dispersion",
        "trend_dispersion",
        "dispersion",
        "is_outlier",
        drawn_at=pl.col("genewise_dispersion").clip(lower_bound=LOWEST_DRAWN),
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Own estimates in grey, used ones in blue, the trend as a line; outliers keep their own and are ringed."""
    given, rows = part.parameters, frames[TABLE]
    points = source(rows)
    if not points.height:
        return f"no feature of {given['library']} has a dispersion"
    figure, axes = panel(SINGLE_MM, 75)
    drawn = points.filter(~pl.col("is_outlier"))
    axes.scatter(points["base_mean"], points["drawn_at"], s=2, color=GREY, linewidths=0, alpha=0.6, rasterized=True,
                 label=f"own estimate ({points.height:,})", zorder=2)  # fmt: skip
    used = drawn["dispersion"].clip(lower_bound=LOWEST_DRAWN)
    axes.scatter(drawn["base_mean"], used, s=2, color=DOWN, linewidths=0,
                 alpha=0.6, rasterized=True, label=f"drawn to the trend ({drawn.height:,})", zorder=3)  # fmt: skip
    outliers = points.filter("is_outlier")
    if outliers.height:
        axes.scatter(outliers["base_mean"], outliers["drawn_at"], s=10, facecolors="none", edgecolors=UP,
                     linewidths=0.6, rasterized=True, zorder=4,
                     label=f"kept its own ({outliers.height:,})")  # fmt: skip
    axes.plot(points["base_mean"], points["trend_dispersion"], color=DARK, linewidth=1, label="trend", zorder=5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("Mean of normalised counts (reads)")
    axes.set_ylabel("Dispersion")
    figure.legend(loc="outside upper center", ncols=2, markerscale=2)
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    first = rows.row(0, named=True)
    low = points.filter(pl.col("genewise_dispersion") < LOWEST_DRAWN).height
    caption = (
        f"Dispersion of {points.height:,} {what} over their mean, DESeq2, {plain(given['fit'])}. "
        f"Trend: {first['trend']}; log dispersions are drawn to it with prior variance {first['prior_variance']:.3g}; "
        "features far above it keep their own estimate."
        + (f" {low:,} own estimates below {LOWEST_DRAWN:g} stand at the bottom." if low else "")
    )
    median = float(np.median(points["dispersion"]))
    alt = (
        f"Dispersion plot: median dispersion {median:.3g}, {outliers.height:,} of {points.height:,} features above the "
        "trend keep their own estimate."
    )
    return Drawing(figure, points, f"Dispersions: {what}, {plain(given['fit'])}", caption, alt)


FIGURE = Figure(name="dispersions", reads={TABLE: ("library", "fit")}, parts=parts, draw=draw)
