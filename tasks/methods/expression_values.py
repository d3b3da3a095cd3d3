"""Stabilised expression of one fit as an array."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]


def wide(expression: pl.DataFrame) -> tuple[list[str], list[str], Floats]:
    """Features, samples and values (features x samples) of ``NormalizedExpression`` rows of one fit.

    Raises ``ValueError`` where a feature lacks a sample that another one has.
    """
    ordered = expression.select("feature_id", "sample_id", "value").sort("feature_id", "sample_id")
    samples = ordered["sample_id"].unique().sort().to_list()
    features = ordered["feature_id"].unique().sort().to_list()
    if ordered.height != len(samples) * len(features):
        raise ValueError(f"{ordered.height} values are no table of {len(features)} features and {len(samples)} samples")
    return features, samples, ordered["value"].to_numpy().reshape(len(features), len(samples))
