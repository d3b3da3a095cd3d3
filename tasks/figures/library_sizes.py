"""Reads in each sample of a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.contrast_figures import LIBRARY_NAMES
from tasks.methods.expression_pictures import group_counts, group_legend, sample_parameters
from tasks.methods.figure_style import DOUBLE_MM, GREY, SINGLE_MM, panel, plain

COUNTS = "core.feature_counts"
MOST_IN_ONE_COLUMN, NAMED = 24, 80  # samples
MILLION, MANY = 1e6, 1e5


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per library, of the samples that samples.csv knows."""
    found = []
    for library in slices[COUNTS]["library"].unique().sort():
        samples = slices[COUNTS].filter(library=library)["sample_id"].drop_nulls().unique().sort().to_list()
        parameters = {"library": library, **sample_parameters(study, samples)}
        if parameters["samples"]:
            found.append(Part(library, {COUNTS: {"library": (library,), "sample_id": tuple(samples)}}, parameters))
    return found


def source(counts: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Reads and features with a read of each file's sample, in display order of the conditions."""
    given = part.parameters
    order = {name: place for place, (name, _, _) in enumerate(given["conditions"])}
    conditions = {s: row["condition"] for s, row in given["samples"].items()}
    found = counts.group_by("sample_id", "object_id").agg(
        pl.col("count").sum().alias("reads"),
        (pl.col("count") > 0).sum().alias("detected_features"),
        pl.col("is_excluded").all(),
    )
    return (
        found.with_columns(condition=pl.col("sample_id").replace_strict(conditions))
        .sort(pl.col("condition").replace_strict(order), "sample_id", "object_id")
        .select("sample_id", "condition", "reads", "detected_features", "is_excluded")
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Bars in the colours of the conditions; excluded samples are hatched."""
    given = part.parameters
    bars = source(frames[COUNTS], part)
    if not bars["reads"].sum():
        return "no sample has a read"
    figure, axes = panel(SINGLE_MM if bars.height <= MOST_IN_ONE_COLUMN else DOUBLE_MM, 70)
    colours = {name: colour for name, _, colour in given["conditions"]}
    reads = bars["reads"].to_numpy()
    least, median, largest = float(reads.min()), float(np.median(reads)), float(reads.max())
    unit, word = (MILLION, " (millions)") if largest >= MANY else (1.0, "")
    drawn = axes.bar(range(bars.height), reads / unit, color=[colours[c] for c in bars["condition"]], width=0.8)
    for patch, is_excluded in zip(drawn, bars["is_excluded"], strict=True):
        if is_excluded:
            patch.set(facecolor="white", edgecolor=GREY, hatch="////")
    axes.axhline(median / unit, color=GREY, linestyle=(0, (3, 2)), linewidth=0.6)
    axes.set_xticks([])
    if bars.height <= NAMED:
        axes.set_xticks(range(bars.height), [plain(s) for s in bars["sample_id"]], rotation=90)
        axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.7, bars.height - 0.3)
    axes.set_ylabel(f"Reads in features{word}")
    group_legend(figure, given, with_donors=False)
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    caption = (
        f"Reads counted in {what} of {bars.height} samples ({group_counts(given)}), before normalisation. "
        "Dashed line: median."
    )
    if excluded := int(bars["is_excluded"].sum()):
        caption += f" Hatched: {excluded} excluded."
    alt = f"Bars of {bars.height} library sizes from {least:,.0f} to {largest:,.0f} reads, median {median:,.0f}."
    return Drawing(figure, bars, f"Library sizes: {what}", caption, alt)


FIGURE = Figure(name="library_sizes", reads={COUNTS: ("library", "sample_id")}, parts=parts, draw=draw)
