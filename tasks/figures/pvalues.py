"""Histogram of the p-values of a contrast: whether its test is well calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from tasks.contracts import Drawing, Figure, Part
from tasks.methods.contrast_figures import (
    LIBRARY_NAMES,
    METHOD_NAMES,
    READS,
    TESTS,
    contrast_parts,
    replicates,
    versus,
)
from tasks.methods.figure_style import DARK, DOWN, GREY, SINGLE_MM, panel

BINS = 40
LAMBDA = 0.5  # p-values above it are taken to be of unchanged features


def source(tested: pl.DataFrame) -> pl.DataFrame:
    """Counts of p-values in equal bins from 0 to 1, and the count to expect where nothing changes.

    ``corrected``: of features that have an FDR; ``left_out``: of those that independent filtering left out of it,
    whose few reads make p-values lumpy. ``expected`` is the mean of the corrected above 0.5
    (Storey & Tibshirani 2003, doi:10.1073/pnas.1530509100).
    A p-value on a border counts in the bin above it, 1 in the last.
    """
    edges = np.linspace(0, 1, BINS + 1)
    known = tested.filter(pl.col("pvalue").is_not_null())
    has_fdr = known["padj"].is_not_null()
    corrected, left_out = (np.histogram(known.filter(f)["pvalue"].to_numpy(), edges)[0] for f in (has_fdr, ~has_fdr))
    return pl.DataFrame(
        {"from_pvalue": edges[:-1], "to_pvalue": edges[1:], "corrected": corrected, "left_out": left_out}
    ).with_columns(expected=pl.lit(float(corrected[int(BINS * LAMBDA) :].mean())))


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One contrast; features without a p-value are left out."""
    given, tested = part.parameters, frames[TESTS]
    bars = source(tested)
    total = int(bars["corrected"].sum())
    if not total:
        return f"no feature of {given['contrast']} has an FDR"
    figure, axes = panel(SINGLE_MM, 60)
    corrected, left_out = bars["corrected"].to_numpy(), bars["left_out"].to_numpy()
    style: dict[str, Any] = {"width": 1 / BINS, "align": "edge", "edgecolor": "white"}
    axes.bar(bars["from_pvalue"], corrected, color=GREY, label="tested", **style)
    if left_out.any():
        axes.bar(bars["from_pvalue"], left_out, bottom=corrected, color="#DDDDDD", label="too few reads", **style)
    axes.axhline(bars["expected"][0], color=DOWN, linestyle=(0, (3, 2)), label="expected without change")
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    axes.set(xlim=(0, 1), xlabel="p-value", ylabel=f"Number of {what}")
    figure.legend(loc="outside upper center", labelcolor=DARK, ncols=3, columnspacing=1.0)
    return Drawing(
        figure, bars, f"{versus(given)}: p-values", _caption(given, tested, bars, total), _alt(given, bars, total)
    )


def unchanged_percent(bars: pl.DataFrame) -> float:
    """Share of features that are unchanged, as the flat part of the histogram tells (π₀)."""
    return min(100.0, 100 * float(bars["expected"][0]) * BINS / float(bars["corrected"].sum()))


def _caption(given: Mapping[str, Any], tested: pl.DataFrame, bars: pl.DataFrame, total: int) -> str:
    what, filtered = LIBRARY_NAMES.get(given["library"], given["library"]), int(bars["left_out"].sum())
    text = (
        f"P-values of {total:,} {what}, {versus(given)} ({replicates(given)}; "
        f"{METHOD_NAMES.get(given['method'], given['method'])}, two-sided, not corrected). Dashed line: the mean count "
        f"above {LAMBDA:g}, which is what unchanged {what} give; by it {unchanged_percent(bars):.0f} % are unchanged. "
        "A peak near 0 over a flat rest is as it should be; a slope or a peak near 1 says that the test is not "
        "calibrated."
    )
    if filtered:
        text += f" Light: {filtered:,} with too few reads to be significant, left out of the correction."
    without = tested.height - total - filtered
    return text + (f" {without:,} without a p-value (not seen, or outliers) are not counted." if without else "")


def _alt(given: Mapping[str, Any], bars: pl.DataFrame, total: int) -> str:
    return (
        f"Histogram of {total:,} p-values of {versus(given)}: {int(bars['corrected'][0]):,} are below {1 / BINS:g}, "
        f"where {float(bars['expected'][0]):,.0f} are expected without any change."
    )


FIGURE = Figure(name="pvalues", reads=READS, parts=contrast_parts, draw=draw)
