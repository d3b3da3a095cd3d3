"""Histogram of the p-values of a contrast: whether its test is well calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.contrast_figures import (
    METHOD_NAMES,
    READS,
    contrast_parts,
    features_of,
    replicates,
    versus,
)
from tasks.methods.figure_style import DOWN, GREY, SINGLE_MM, panel

HISTOGRAMS = "result.pvalue_histograms"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per contrast and library of the primary method."""
    return contrast_parts(study, slices, HISTOGRAMS)


def source(histogram: pl.DataFrame) -> pl.DataFrame:
    """Bins in order, and the count to expect in each of features that do not change; null where it is unknown."""
    even = pl.col("pi0") * pl.col("pvalue_count") * (pl.col("bin_end") - pl.col("bin_start"))
    return histogram.sort("bin_start").select("bin_start", "bin_end", "count", expected_unchanged=even)


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """One contrast; the line is what features that do not change give."""
    given, histogram = part.parameters, frames[HISTOGRAMS]
    bars = source(histogram)
    if not bars["count"].sum():
        return f"no feature of {given['contrast']} with enough reads has a p-value"
    figure, axes = panel(SINGLE_MM, 60)
    widths = (bars["bin_end"] - bars["bin_start"]).to_list()
    axes.bar(bars["bin_start"], bars["count"], width=widths, align="edge", color=GREY, edgecolor="white")
    expected = bars["expected_unchanged"][0]
    if expected is not None:
        axes.axhline(expected, color=DOWN, linestyle=(0, (3, 2)), label="expected of unchanged ones")
        figure.legend(loc="outside upper center")
    what = features_of(given)
    axes.set(xlim=(0, 1), xlabel="p-value", ylabel=f"Number of {what}")
    title = f"{versus(given)}: p-values of {features_of(given)}"
    return Drawing(figure, bars, title, _caption(given, histogram, what), _alt(given, bars))


def _caption(given: Mapping[str, Any], histogram: pl.DataFrame, what: str) -> str:
    first = histogram.row(0, named=True)
    text = (
        f"P-values of {first['pvalue_count']:,} {what} with more than one normalised read on average, {versus(given)} "
        f"({replicates(given)}; {METHOD_NAMES.get(given['method'], given['method'])}, two-sided, not corrected). "
    )
    if first["pi0"] is not None:
        text += (
            f"Dashed line: what unchanged {what} give, by estimate {100 * first['pi0']:.0f} % of all (Storey's π₀). "
        )
    advice = str(first["advice"]).strip()
    return text + advice + ("" if advice.endswith(".") else ".")


def _alt(given: Mapping[str, Any], bars: pl.DataFrame) -> str:
    first = bars.row(0, named=True)
    text = (
        f"Histogram of {bars['count'].sum():,} p-values of {versus(given)}: {first['count']:,} are below "
        f"{first['bin_end']:g}"
    )
    if first["expected_unchanged"] is None:
        return f"{text}."
    return f"{text}, where {first['expected_unchanged']:,.0f} are expected without any change."


FIGURE = Figure(
    name="pvalues", reads={HISTOGRAMS: ("contrast_id", "library", "method"), **READS}, parts=parts, draw=draw
)
