"""Volcano plot of a contrast: fold change against significance."""

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
    names,
    replicates,
    statistics,
    versus,
)
from tasks.methods.figure_style import GREY, SINGLE_MM, panel, plain
from tasks.methods.label_placement import label_points

LABELS = 8  # in each direction


def source(tested: pl.DataFrame) -> pl.DataFrame:
    """The points: features with an FDR, where each is drawn, and which ones are named; the most significant first.

    An FDR too small for a number is drawn at the smallest one of the contrast, a fold change far beyond all others
    at the edge; both are marked ``is_cut``.
    """
    known = tested.filter(pl.col("padj").is_not_null(), pl.col("log2_fold_change").is_not_null())
    smallest = known.filter(pl.col("padj") > 0)["padj"].min()
    end = edge(known["log2_fold_change"]) if known.height else 1.0
    ranked = known.sort("padj", pl.col("log2_fold_change").abs(), "feature_id", descending=[False, True, False])
    return ranked.select(
        "feature_id",
        "symbol",
        "log2_fold_change",
        "padj",
        "direction",
        drawn_at=pl.col("log2_fold_change").clip(-end, end),
        minus_log10_padj=-pl.max_horizontal("padj", pl.lit(smallest, pl.Float64)).log10(),
        is_cut=(pl.col("padj") == 0) | (pl.col("log2_fold_change").abs() > end),
        is_named=(pl.col("direction") != "ns") & (pl.int_range(pl.len()).over("direction") < LABELS),
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One contrast; the lines are the study's thresholds."""
    given = part.parameters
    points = source(frames[TESTS])
    if not points.height:
        return f"no feature of {given['contrast']} has an FDR"
    figure, axes = panel(SINGLE_MM, 80)
    for order, (direction, colour) in enumerate(COLOURS.items()):
        for is_cut, marker in ((False, "o"), (True, "D")):
            drawn = points.filter(direction=direction, is_cut=is_cut)
            axes.scatter(
                drawn["drawn_at"],
                drawn["minus_log10_padj"],
                s=4 if direction == "ns" else 7,
                marker=marker,
                color=colour,
                linewidths=0,
                alpha=0.6 if direction == "ns" else 0.9,
                rasterized=True,
                zorder=2 + order,
            )
    _thresholds(axes, given)
    _limits(axes, points)
    axes.set_xlabel(plain(lfc_label(given)))
    axes.set_ylabel("−log₁₀ FDR")
    direction_legend(figure, points)
    named = points.filter("is_named").sort("padj", maintain_order=True)
    at = ["drawn_at", "minus_log10_padj"]
    significant = points.filter(pl.col("direction") != "ns").select(at).to_numpy()
    texts = named.select(names(named)).to_series().to_list()
    shown = label_points(axes, named.select(at).to_numpy(), texts, significant, is_italic=given["library"] == "gene")
    points = points.with_columns(is_named=pl.col("is_named") & names(points).is_in(shown))
    title = f"{versus(given)}: volcano plot of {features_of(given)}"
    return Drawing(figure, points, title, _caption(given, frames, points), _alt(given, points))


def _thresholds(axes: Any, given: Mapping[str, Any]) -> None:  # noqa: ANN401 - matplotlib is imported late
    style = {"color": GREY, "linestyle": (0, (3, 2)), "linewidth": 0.6, "zorder": 1}
    axes.axhline(-np.log10(given["fdr"]), **style)
    if given["fold_change"] > 1:
        for side in (-1, 1):
            axes.axvline(side * np.log2(given["fold_change"]), **style)


def _limits(axes: Any, points: pl.DataFrame) -> None:  # noqa: ANN401 - matplotlib is imported late
    widest = max(float(points["drawn_at"].abs().max() or 0), 1.0) * 1.08  # type: ignore[arg-type]
    highest = max(float(points["minus_log10_padj"].max() or 0), 1.5)  # type: ignore[arg-type]
    axes.set(xlim=(-widest, widest), ylim=(-0.02 * highest, highest * 1.12))


def _caption(given: Mapping[str, Any], frames: Mapping[str, pl.DataFrame], points: pl.DataFrame) -> str:
    left_out = frames[TESTS].height - points.height
    what = features_of(given)
    text = (
        f"Fold change against significance of {points.height:,} {what}, {versus(given)} "
        f"({replicates(given)}). {statistics(given)}. Dashed lines: these thresholds. "
        f"Named: the most significant of each direction. "
    )
    if left_out:
        noun, verb = (what.removesuffix("s"), "is") if left_out == 1 else (what, "are")
        text += f"{left_out:,} {noun} without an FDR (not seen, too few reads or outliers) {verb} not drawn. "
    if cut := points["is_cut"].sum():
        text += f"Diamonds: {cut} beyond the edge or with an FDR too small for a number. "
    return text.strip()


def _alt(given: Mapping[str, Any], points: pl.DataFrame) -> str:
    parts = []
    for direction in ("up", "down"):
        found = points.filter(direction=direction)
        first = ", ".join(found.select(names(found)).to_series().head(3))
        parts.append(f"{found.height:,} {WORDS[direction]}" + (f" (first {first})" if first else ""))
    return f"Volcano plot of {versus(given)}: {' and '.join(parts)} among {points.height:,} tested."


FIGURE = Figure(name="volcano", reads=READS, parts=contrast_parts, draw=draw)
