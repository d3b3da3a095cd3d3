"""Distances of a library's samples as a clustered heatmap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from scipy.spatial.distance import squareform

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.clustered_heatmap import Heatmap, heatmap
from tasks.methods.clustering import tree_of_distances
from tasks.methods.expression_pictures import (
    COMPONENTS,
    DISTANCES,
    QUALITY,
    group_counts,
    quality_parts,
    scale_words,
    strip_legend,
    strips,
)
from tasks.methods.figure_style import DOUBLE_MM, SINGLE_MM
from tasks.methods.rna_classes import LIBRARY_NAMES

FEWEST, MOST_IN_ONE_COLUMN = 3, 16
TALLEST_BODY_MM, TEXT_MM = 130.0, 2.0


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per library."""
    return quality_parts(study, slices[QUALITY], QUALITY, COMPONENTS, DISTANCES)


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Darker is nearer; rows and columns are the same samples in the same order."""
    source = frames[DISTANCES].select("sample_a", "sample_b", "distance").sort("sample_a", "sample_b")
    samples = sorted({*source["sample_a"], *source["sample_b"]})
    if len(samples) < FEWEST:
        return f"distances need {FEWEST} samples with reads to compare; {len(samples)} have a place"
    given = {**part.parameters, "samples": {s: part.parameters["samples"][s] for s in samples}}
    condensed = source["distance"].to_numpy()  # in this order the pairs are those of scipy
    tree = tree_of_distances(condensed)
    row_mm = min(4.2, TALLEST_BODY_MM / len(samples))
    named = samples if row_mm > TEXT_MM else [""] * len(samples)
    scale = ("Euclidean distance", float(condensed.min()), float(condensed.max()))
    drawn = Heatmap(
        squareform(condensed), named, samples, tree, tree, strips(given, samples), scale, is_diverging=False
    )
    figure = heatmap(drawn, SINGLE_MM if len(samples) <= MOST_IN_ONE_COLUMN else DOUBLE_MM, row_mm)
    strip_legend(figure, given)
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    caption = (
        f"Euclidean distances of {len(samples)} samples ({group_counts(given)}) over all {what}; "
        f"{scale_words(frames[COMPONENTS], frames[QUALITY])}. Complete linkage. Darker is nearer; the colours begin "
        "at the nearest pair."
    )
    ranked = source.sort("distance", "sample_a", "sample_b")
    nearest, farthest = ranked.row(0), ranked.row(-1)
    alt = (
        f"Heatmap of the distances of {len(samples)} samples. The nearest are {nearest[0]} and {nearest[1]} "
        f"({nearest[2]:.1f}), the farthest {farthest[0]} and {farthest[1]} ({farthest[2]:.1f})."
    )
    return Drawing(figure, source, f"Distances of samples over {what}", caption, alt)


FIGURE = Figure(
    name="sample_distances",
    reads={QUALITY: ("library", "sample_id"), COMPONENTS: ("library",), DISTANCES: ("library",)},
    parts=parts,
    draw=draw,
    libraries=("scipy",),
)
