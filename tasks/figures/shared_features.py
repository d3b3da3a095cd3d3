"""Clustered heatmap of the features changed in several contrasts, or in the only one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from schemas.study import Study
from tasks.contracts import Drawing, Figure, Part
from tasks.methods.clustered_heatmap import Heatmap, heatmap
from tasks.methods.clustering import tree
from tasks.methods.contrast_figures import METHOD_NAMES, TESTS
from tasks.methods.expression_pictures import (
    EXPRESSION,
    SCALE,
    SLICES,
    group_counts,
    library_parts,
    strip_legend,
    strips,
)
from tasks.methods.expression_values import wide
from tasks.methods.figure_style import DOUBLE_MM, SINGLE_MM
from tasks.methods.rna_classes import LIBRARY_NAMES

NOISE = 1e-12  # relative spread that comes of rounding
OVERLAPS = "result.expression_overlaps"
TOP = 40  # rows at most
SEVERAL = 2  # contrasts
EXTREME = 2.0  # standard deviations at which the colours end
MOST_IN_ONE_COLUMN = 16  # samples


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per library; changed is what the study's primary method calls so."""
    options = study.config.expression
    of_primary = {"method": (options.primary,)}
    found = library_parts(study, slices[EXPRESSION], {TESTS: of_primary, OVERLAPS: of_primary})
    tested = slices[TESTS].filter(pl.col("method") == options.primary)
    for part in found:
        mine = tested.filter(pl.col("library") == part.parameters["library"])["contrast_id"].unique().sort().to_list()
        part.parameters.update(  # type: ignore[attr-defined]  # a dict of our own making
            {
                "contrasts": mine,
                "method": options.primary,
                "fold_change": options.fold_change,
                "fdr": options.fdr,
                "is_tested": options.threshold == "test",
            }
        )
    return [part for part in found if part.parameters["contrasts"]]


def chosen(overlaps: pl.DataFrame, tested: pl.DataFrame, contrasts: int) -> pl.DataFrame:
    """Features changed in several contrasts (where there is one only, in that), those changed in most and surest first.

    ``feature_id, symbol, contrasts`` (semicolon list), ``directions``, ``max_padj`` of those contrasts.
    """
    found = overlaps
    if contrasts < SEVERAL:
        changed = tested.filter(pl.col("direction") != "ns")
        found = changed.with_columns(
            contrasts="contrast_id", directions="direction", max_padj="padj", contrast_count=pl.lit(1)
        )
    ranked = found.sort("contrast_count", "max_padj", "feature_id", descending=[True, False, False])
    return ranked.select("feature_id", "symbol", "contrasts", "directions", "max_padj")


def z_scores(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Each row minus its mean over its standard deviation (n - 1); a row without variation is 0."""
    centred = values - values.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, ddof=1, keepdims=True)
    varies = spread > NOISE * np.abs(values).max(axis=1, keepdims=True)
    return np.asarray(np.where(varies, centred / np.where(varies, spread, 1), 0), dtype=np.float64)


def draw(part: Part, frames: Mapping[str, pl.DataFrame]) -> Drawing | str:
    """Rows and columns are clustered; colours end at 2 standard deviations."""
    given = part.parameters
    several = len(given["contrasts"]) >= SEVERAL
    ranked = chosen(frames[OVERLAPS], frames[TESTS], len(given["contrasts"]))
    expressed = frames[EXPRESSION].join(ranked.head(TOP).select("feature_id"), on="feature_id", how="semi")
    features, samples, values = wide(expressed)
    what = LIBRARY_NAMES.get(given["library"], given["library"])
    where = f"in several of {len(given['contrasts'])} contrasts" if several else f"in {given['contrasts'][0]}"
    if len(features) < SEVERAL:
        return f"{ranked.height or 'none'} of the {what} {'is' if ranked.height == 1 else 'are'} significant {where}"
    scores = z_scores(values)
    rows = dict(ranked.select("feature_id", pl.coalesce("symbol", "feature_id")).iter_rows())
    drawn = Heatmap(
        scores, [rows[f] for f in features], samples, tree(scores), tree(scores.T), strips(given, samples),
        ("z-score", -EXTREME, EXTREME), is_diverging=True, is_italic=given["library"] == "gene",
    )  # fmt: skip
    figure = heatmap(drawn, SINGLE_MM if len(samples) <= MOST_IN_ONE_COLUMN else DOUBLE_MM, 3.0)
    strip_legend(figure, given)
    source = pl.DataFrame(scores, schema=samples).insert_column(0, pl.Series("feature_id", features))
    source = ranked.select("feature_id", "symbol", "contrasts", "directions", "max_padj").join(
        source, on="feature_id", how="inner", maintain_order="left"
    )
    name = METHOD_NAMES.get(given["method"], given["method"])
    how = "tested against a fold change of" if given["is_tested"] else "fold change above"
    caption = (
        f"{len(features)} of {ranked.height:,} {what} significant {where} ({', '.join(given['contrasts'])}; {name}, "
        f"FDR < {given['fdr']:g}, {how} {given['fold_change']:g}): {SCALE}, z-scores over "
        f"{len(samples)} samples ({group_counts(given)}; fit {given['fit']}), colours end at ±2. "
        "Euclidean distance, complete linkage."
    )
    if several:
        caption += (
            " Contrasts that share samples are not independent: the overlap has no p-value, and the direct contrast of "
            "two of them does not count as a third."
        )
    first = ", ".join(rows[f] for f in source["feature_id"].head(5))
    alt = f"Clustered heatmap of {len(features)} {what} significant {where} in {len(samples)} samples: {first}, …"
    return Drawing(figure, source, f"{what[0].upper()}{what[1:]} significant {where}", caption, alt)


FIGURE = Figure(
    name="shared_features",
    reads={EXPRESSION: SLICES, TESTS: ("contrast_id", "library", "method"), OVERLAPS: ("library", "method")},
    parts=parts,
    draw=draw,
    libraries=("scipy",),
)
