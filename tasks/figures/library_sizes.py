"""Reads in each sample of a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.expression_pictures import QUALITY, group_counts, group_legend, quality_parts
from tasks.methods.figure_style import DOUBLE_MM, GREY, SINGLE_MM, panel, plain
from tasks.methods.rna_classes import LIBRARY_NAMES

MOST_IN_ONE_COLUMN, NAMED = 24, 80  # samples
MILLION, MANY = 1e6, 1e5


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per library, of the samples that take part in it."""
    return quality_parts(study, slices[QUALITY], QUALITY)


def source(quality: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Reads and detected features of each sample, in display order of the conditions."""
    given = part.parameters
    order = {name: place for place, (name, _, _) in enumerate(given["conditions"])}
    conditions = {s: row["condition"] for s, row in given["samples"].items()}
    found = quality.with_columns(condition=pl.col("sample_id").replace_strict(conditions, return_dtype=pl.String))
    ordered = found.sort(pl.col("condition").replace_strict(order), "sample_id")
    return ordered.select("sample_id", "condition", "library_size", "detected_count")


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Bars in the colours of the conditions."""
    given = part.parameters
    bars = source(frames[QUALITY], part)
    if not bars["library_size"].sum():
        return "no sample has a read"
    figure, axes = panel(SINGLE_MM if bars.height <= MOST_IN_ONE_COLUMN else DOUBLE_MM, 70)
    colours = {name: colour for name, _, colour in given["conditions"]}
    reads = bars["library_size"].to_numpy()
    least, median, largest = float(reads.min()), float(np.median(reads)), float(reads.max())
    unit, word = (MILLION, " (millions)") if largest >= MANY else (1.0, "")
    axes.bar(range(bars.height), reads / unit, color=[colours[c] for c in bars["condition"]], width=0.8)
    axes.axhline(median / unit, color=GREY, linestyle=(0, (3, 2)), linewidth=0.6)
    axes.set_xticks([])
    if bars.height <= NAMED:
        axes.set_xticks(range(bars.height), [plain(s) for s in bars["sample_id"]], rotation=90)
        axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.7, bars.height - 0.3)
    axes.set_ylabel(f"Reads in features{word}")
    axes.yaxis.set_major_formatter("{x:,g}")
    group_legend(figure, given, with_donors=False)
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    caption = (
        f"Reads counted in {what} of {bars.height} samples ({group_counts(given)}), before normalisation. "
        "Dashed line: median."
    )
    alt = f"Bars of {bars.height} library sizes from {least:,.0f} to {largest:,.0f} reads, median {median:,.0f}."
    return Drawing(figure, bars, f"Library sizes: {what}", caption, alt)


FIGURE = Figure(name="library_sizes", reads={QUALITY: ("library", "sample_id")}, parts=parts, draw=draw)
