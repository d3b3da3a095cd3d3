"""MA plot of a contrast: mean expression against fold change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from tasks.contracts import Drawing, Figure, Part
from tasks.methods.contrast_figures import (
    COLOURS,
    READS,
    TESTS,
    WORDS,
    contrast_parts,
    direction_legend,
    edge,
    features_of,
    lfc_label,
    replicates,
    statistics,
    versus,
)
from tasks.methods.figure_style import DARK, GREY, SINGLE_MM, panel, plain

MARGIN = 1.1


def source(tested: pl.DataFrame) -> pl.DataFrame:
    """The points: features with reads and a fold change, where each is drawn, and whether it stands at the edge."""
    known = tested.filter(pl.col("base_mean") > 0, pl.col("log2_fold_change").is_not_null())
    end = edge(known["log2_fold_change"]) if known.height else 1.0
    return known.sort("feature_id").select(
        "feature_id",
        "symbol",
        "base_mean",
        "log2_fold_change",
        "padj",
        "direction",
        drawn_at=pl.col("log2_fold_change").clip(-end, end),
        is_cut=pl.col("log2_fold_change").abs() > end,
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One contrast; significant features in colour, the study's fold change as lines."""
    given = part.parameters
    points = source(frames[TESTS])
    if not points.height:
        return f"no feature of {given['contrast']} has a fold change"
    figure, axes = panel(SINGLE_MM, 75)
    for order, (direction, colour) in enumerate(COLOURS.items()):
        for is_cut, marker in ((False, "o"), (True, "D")):
            drawn = points.filter(direction=direction, is_cut=is_cut)
            axes.scatter(
                drawn["base_mean"],
                drawn["drawn_at"],
                s=3 if direction == "ns" else 6,
                marker=marker,
                color=colour,
                linewidths=0,
                alpha=0.5 if direction == "ns" else 0.9,
                rasterized=True,
                zorder=2 + order,
            )
    axes.set_xscale("log")
    _lines(axes, given)
    widest = float(points["drawn_at"].abs().max()) * MARGIN  # type: ignore[arg-type]
    axes.set_ylim(-widest, widest)
    axes.set_xlabel("Mean of normalised counts (reads)")
    axes.set_ylabel(plain(lfc_label(given)))
    direction_legend(figure, points)
    title = f"{versus(given)}: MA plot of {features_of(given)}"
    return Drawing(figure, points, title, _caption(given, points), _alt(given, points))


def _lines(axes: Any, given: Mapping[str, Any]) -> None:  # noqa: ANN401 - matplotlib is imported late
    axes.axhline(0, color=DARK, linewidth=0.6, zorder=1)
    if given["fold_change"] > 1:
        for side in (-1, 1):
            height = side * np.log2(given["fold_change"])
            axes.axhline(height, color=GREY, linestyle=(0, (3, 2)), linewidth=0.6, zorder=1)


def _caption(given: Mapping[str, Any], points: pl.DataFrame) -> str:
    what = features_of(given)
    text = (
        f"Mean expression against fold change of {points.height:,} {what} with reads, {versus(given)} "
        f"({replicates(given)}). {statistics(given)}. Dashed lines: this fold change; fold changes are not shrunken."
    )
    cut = int(points["is_cut"].sum())
    return text + (f" Diamonds: {cut:,} beyond the edge." if cut else "")


def _alt(given: Mapping[str, Any], points: pl.DataFrame) -> str:
    said = []
    for direction in ("up", "down"):
        reads = points.filter(direction=direction)["base_mean"].to_numpy()
        median = f" (median {np.median(reads):,.0f} reads)" if len(reads) else ""
        said.append(f"{len(reads):,} {WORDS[direction]}{median}")
    return f"MA plot of {versus(given)}: {' and '.join(said)} among {points.height:,}."


FIGURE = Figure(name="ma", reads=READS, parts=contrast_parts, draw=draw)
