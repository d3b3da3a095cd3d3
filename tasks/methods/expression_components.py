"""Principal components of stabilised expression and distances of samples, as DESeq2's plotPCA and vignette have them.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
TOP = 500  # features, as plotPCA takes them


@dataclass(frozen=True)
class Components:
    """``scores``: samples x components; ``percent``: of the variance of the features used; their ``rows``."""

    scores: Floats
    percent: Floats
    rows: npt.NDArray[np.int64]


def components(values: Floats, top: int = TOP) -> Components:
    """Components over the ``top`` features of largest variance (ties by row); features are centred, not scaled.

    ``values``: features x samples. The sign of a component is arbitrary; here the feature that weighs most in it
    has a positive weight. As many components as samples, or as features where those are fewer.
    """
    variances = values.var(axis=1, ddof=1) if values.shape[1] > 1 else np.zeros(len(values))
    rows = np.argsort(-variances, kind="stable")[:top]
    centred = (values[rows] - values[rows].mean(axis=1, keepdims=True)).T
    left, singular, right = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    power = singular**2
    total = power.sum()
    percent = 100 * power / total if total > 0 else np.zeros_like(power)
    return Components(left * singular * np.where(signs == 0, 1, signs), percent, rows.astype(np.int64))


def distances(values: Floats) -> Floats:
    """Euclidean distances of the samples over all features; ``values``: features x samples."""
    products = values.T @ values
    squares = np.diag(products)
    found = np.sqrt(np.clip(squares[:, None] + squares[None] - 2 * products, 0, None))
    np.fill_diagonal(found, 0)
    return np.asarray(found, dtype=np.float64)


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
