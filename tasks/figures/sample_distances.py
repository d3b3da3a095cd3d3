"""Distances of a library's samples as a clustered heatmap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from scipy.spatial.distance import squareform

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.clustered_heatmap import Heatmap, heatmap
from tasks.methods.clustering import tree_of_distances
from tasks.methods.contrast_figures import LIBRARY_NAMES
from tasks.methods.expression_components import distances, wide
from tasks.methods.expression_pictures import (
    EXPRESSION,
    SCALE,
    SLICES,
    group_counts,
    library_parts,
    strip_legend,
    strips,
)
from tasks.methods.figure_style import DOUBLE_MM, SINGLE_MM

FEWEST, MOST_IN_ONE_COLUMN = 3, 16
TALLEST_BODY_MM = 130.0


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per library."""
    return library_parts(study, slices[EXPRESSION])


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Darker is nearer; rows and columns are the same samples in the same order."""
    given = part.parameters
    if len(given["samples"]) < FEWEST:
        return f"distances need {FEWEST} samples to compare"
    features, samples, values = wide(frames[EXPRESSION])
    apart = distances(values)
    tree = tree_of_distances(squareform(apart, checks=False))
    width = SINGLE_MM if len(samples) <= MOST_IN_ONE_COLUMN else DOUBLE_MM
    row_mm = min(4.2, TALLEST_BODY_MM / len(samples))
    named = [str(s) if row_mm > 2 else "" for s in samples]  # noqa: PLR2004 - mm that a line of text needs
    upper = np.triu_indices(len(samples), 1)
    scale = ("Euclidean distance", float(apart[upper].min()), float(apart.max()))
    drawn = Heatmap(
        apart, named, samples, tree, tree, strips(given, samples), scale,
        is_diverging=False,
    )  # fmt: skip
    figure = heatmap(drawn, width, row_mm)
    strip_legend(figure, given)
    source = pl.DataFrame(
        {
            "sample_a": [samples[i] for i in upper[0]],
            "sample_b": [samples[i] for i in upper[1]],
            "distance": apart[upper],
        }
    )
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    caption = (
        f"Euclidean distances of {len(samples)} samples ({group_counts(given)}) over {len(features):,} {what}; "
        f"{SCALE}; fit {given['fit']}. Complete linkage. Darker is nearer; the colours begin at the nearest pair."
    )
    nearest = source.sort("distance", "sample_a", "sample_b").row(0)
    farthest = source.sort("distance", "sample_a", "sample_b").row(-1)
    alt = (
        f"Heatmap of the distances of {len(samples)} samples. The nearest are {nearest[0]} and {nearest[1]} "
        f"({nearest[2]:.1f}), the farthest {farthest[0]} and {farthest[1]} ({farthest[2]:.1f})."
    )
    return Drawing(figure, source, f"Distances of samples over {what}", caption, alt)


FIGURE = Figure(name="sample_distances", reads={EXPRESSION: SLICES}, parts=parts, draw=draw, libraries=("scipy",))
