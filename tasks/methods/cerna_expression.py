"""Which normalised values the correlations of ceRNA pairs rest on, as profiles in the order of the incidences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from schemas.sheets import ContrastRow
from schemas.study import Study
from tasks.methods.cerna_correlation import CONSTANT, Profiles, profiles
from tasks.methods.cerna_pairs import Floats
from tasks.methods.design_matrix import design
from tasks.methods.sample_levels import level

EXPRESSION = "result.normalized_expression"
SLICES = ("library", "method", "fit", "sample_id")


def expression_runs(contrast: str, primary: str, tests: pl.DataFrame, values: pl.DataFrame) -> dict[str, str]:
    """Library to the run whose normalised values go with a contrast: of the primary method, else of another.

    ``tests``, ``values``: distinct contrast_id, library, method, run_id of ``result.differential_expression``, and
    library, run_id of ``result.normalized_expression``. A library without such values is not in the result.
    """
    known = tests.filter(contrast_id=contrast).join(values.select("run_id").unique(), on="run_id", how="semi")
    ordered = known.with_columns(is_other=pl.col("method") != primary).sort("library", "is_other", "method")
    return dict(ordered.unique("library", keep="first", maintain_order=True).select("library", "run_id").iter_rows())


def design_levels(
    study: Study, contrast: ContrastRow, runs: Mapping[str, str], values: pl.DataFrame
) -> dict[str, dict[str, str]]:
    """Samples that every library's run has, with their levels of the contrast's columns."""
    shared: set[str] | None = None
    for run in runs.values():
        mine = set(values.filter(run_id=run)["sample_id"])
        shared = mine if shared is None else shared & mine
    columns = (*held_constant(contrast), contrast.variable, *(contrast.between or ())[:1])
    return {s.sample: {c: level(s, c) for c in columns} for s in study.samples if s.sample in (shared or set())}


def held_constant(contrast: ContrastRow) -> list[str]:
    """Columns whose levels are no part of a correlation: those blocked, and that of samples that are alike."""
    return [*contrast.blocking, *([contrast.random] if contrast.random else [])]


@dataclass(frozen=True)
class Sides:
    """Feature ids of the incidences' rows (ceRNAs, mRNAs) and columns (miRNAs)."""

    cernas: Sequence[str]
    mrnas: Sequence[str]
    mirnas: Sequence[str]


def pair_profiles(values: pl.DataFrame, sides: Sides, given: Mapping[str, Any]) -> Profiles:
    """Profiles after the design of ``given`` (``levels``, ``variable``, ``blocking``, ``crossed``; ``is_plain``: mean).

    ``values``: rows of ``result.normalized_expression``. Features without values are NaN.
    """
    levels = given["levels"]
    matrix = np.ones((len(levels), 1))
    if not given["is_plain"] and levels:
        held, crossed = given["blocking"], given["crossed"]
        matrix = design(levels, variable=given["variable"], blocking=held, crossed=crossed).matrix
    first, second, between = (
        _side(values, ids, list(levels), matrix) for ids in (sides.cernas, sides.mrnas, sides.mirnas)
    )
    rank = int(np.linalg.matrix_rank(matrix, tol=CONSTANT * max(matrix.shape))) if levels else 0
    return Profiles(first, second, between, len(levels) - rank)


def _side(values: pl.DataFrame, ids: Sequence[str], samples: list[str], matrix: Floats) -> Floats:
    result = np.full((len(ids), len(samples)), np.nan)
    wanted = pl.DataFrame(
        {"feature_id": ids, "row": range(len(ids))}, schema={"feature_id": pl.String, "row": pl.Int64}
    )
    place = pl.DataFrame(
        {"sample_id": samples, "column": range(len(samples))}, schema={"sample_id": pl.String, "column": pl.Int64}
    )
    cells = values.select("feature_id", "sample_id", "value").join(wanted, on="feature_id").join(place, on="sample_id")
    result[cells["row"].to_numpy(), cells["column"].to_numpy()] = cells["value"].to_numpy()
    is_whole = np.isfinite(result).all(axis=1) & (len(samples) > 0)
    result[is_whole] = profiles(result[is_whole], matrix)
    result[~is_whole] = np.nan
    return result
