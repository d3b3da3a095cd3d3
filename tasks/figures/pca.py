"""Principal components of a library's samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.expression_pictures import (
    COMPONENTS,
    QUALITY,
    donor_markers,
    group_counts,
    group_legend,
    quality_parts,
    scale_words,
)
from tasks.methods.figure_style import SINGLE_MM, panel
from tasks.methods.label_placement import label_points
from tasks.methods.rna_classes import LIBRARY_NAMES

NAMED = 16  # samples at most that are called by name
FEWEST = 3  # samples


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per library."""
    return quality_parts(study, slices[QUALITY], QUALITY, COMPONENTS)


def source(quality: pl.DataFrame, given: Mapping[str, Any]) -> pl.DataFrame:
    """The samples that have a place, with condition and donor."""
    placed = quality.filter(pl.col("pc1").is_not_null() & pl.col("pc2").is_not_null()).sort("sample_id")
    about = [given["samples"][s] for s in placed["sample_id"]]
    return placed.select("sample_id", "pc1", "pc2").with_columns(
        condition=pl.Series([row["condition"] for row in about], dtype=pl.String),
        donor=pl.Series([row["donor"] for row in about], dtype=pl.String),
    )


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Colour says the condition, the marker the donor; both axes have one scale."""
    points = source(frames[QUALITY], part.parameters)
    if points.height < FEWEST:
        return f"principal components need {FEWEST} samples with reads; {points.height} have a place"
    given = {**part.parameters, "samples": {s: part.parameters["samples"][s] for s in points["sample_id"]}}
    components = frames[COMPONENTS].sort("component")
    percent, used = components["explained_percent"].to_list(), components["feature_count"][0]
    figure, axes = panel(SINGLE_MM, 85)
    markers = donor_markers(given)
    for name, _, colour in given["conditions"]:
        for donor, marker in markers.items():
            drawn = points.filter(condition=name, donor=donor)
            axes.scatter(drawn["pc1"], drawn["pc2"], s=22, marker=marker, color=colour, linewidths=0, zorder=3)
    axes.margins(0.15)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(f"PC1 ({percent[0]:.1f} % of variance)")
    axes.set_ylabel(f"PC2 ({percent[1]:.1f} % of variance)")
    group_legend(figure, given)
    if points.height <= NAMED:
        at = points.select("pc1", "pc2").to_numpy()
        label_points(axes, at, points["sample_id"].to_list(), at)
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    caption = (
        f"Principal components of {points.height} samples ({group_counts(given)}) over the {used:,} most variable "
        f"{what}; {scale_words(components, frames[QUALITY])}, centred, not scaled. Colour: condition."
    )
    if len(set(markers.values())) > 1:
        caption += " Marker: donor."
    return Drawing(figure, points, f"Principal components of {what}", caption, _alt(points, percent, used, given, what))


def _alt(points: pl.DataFrame, percent: Sequence[float], used: int, given: Mapping[str, Any], what: str) -> str:
    means = dict(points.group_by("condition").agg(pl.col("pc1").mean()).iter_rows())
    ordered = sorted((c for c in given["conditions"] if c[0] in means), key=lambda c: means[c[0]])
    return (
        f"Scatter of {points.height} samples on two principal components of the {used:,} most variable {what} "
        f"({percent[0]:.0f} % and {percent[1]:.0f} % of variance). Conditions from low to high PC1: "
        f"{', '.join(label for _, label, _ in ordered)}."
    )


FIGURE = Figure(name="pca", reads={QUALITY: ("library", "sample_id"), COMPONENTS: ("library",)}, parts=parts, draw=draw)
