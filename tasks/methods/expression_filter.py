"""Which features are counted often enough to be tested by a linear model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MIN_COUNT, MIN_TOTAL = 10, 15
LARGE_GROUP, SHARE_OF_LARGE = 10, 0.7  # beyond ten samples a group, 70 % of the rest must show the feature
_TOLERANCE = 1e-14


def filter_by_expr(
    counts: Floats, design: Floats, library_sizes: Floats | None = None, *, min_count: float = MIN_COUNT
) -> npt.NDArray[np.bool_]:
    """True for each feature with enough counts in enough samples, as edgeR's ``filterByExpr`` decides.

    ``counts``: features x samples; ``design``: samples x coefficients with an intercept, of full
    rank. A feature stays when ``min_count`` reads of a library of median size, as counts per
    million, are reached in as many samples as the smallest group has (one over the largest leverage
    of the design), and 15 reads in total. ``library_sizes`` are the columns' sums where not given.

    Chen, Lun & Smyth 2016, doi:10.12688/f1000research.8987.2
    """
    sizes = counts.sum(axis=0) if library_sizes is None else library_sizes
    smallest_group = 1 / _leverages(design).max()
    if smallest_group > LARGE_GROUP:
        smallest_group = LARGE_GROUP + (smallest_group - LARGE_GROUP) * SHARE_OF_LARGE
    # the two sides are computed in R's order, so that counts exactly at the limit fall on the same side
    with np.errstate(divide="ignore", invalid="ignore"):  # a sample without reads shows nothing
        is_seen = counts / (sizes / 1e6) >= min_count / np.median(sizes) * 1e6
    kept: npt.NDArray[np.bool_] = (is_seen.sum(axis=1) >= smallest_group - _TOLERANCE) & (
        counts.sum(axis=1) >= MIN_TOTAL - _TOLERANCE
    )
    return kept


def _leverages(design: Floats) -> Floats:
    """Influence of each sample on its own fitted value: diagonal of X(X'X)⁻¹X'.

    Householder's decomposition with the sums of R's LINPACK, one number after the other: in groups of
    50 and more the last digits decide whether a feature must be seen in 178 or 179 of them, and R's decide.
    """
    x = design.copy()
    n, rank = x.shape
    steps = range(min(rank, n - 1))
    for i in steps:
        norm = np.copysign(np.sqrt(_sum(x[i:, i] ** 2)), x[i, i] or 1.0)
        x[i:, i] *= 1 / norm
        x[i, i] += 1
        x[i:, i + 1 :] += x[i:, i, None] * (-_sum(x[i:, i, None] * x[i:, i + 1 :]) / x[i, i])
    q = np.eye(n, rank)
    for i in reversed(steps):
        q[i:] += x[i:, i, None] * (-_sum(x[i:, i, None] * q[i:]) / x[i, i])
    found: Floats = (q.astype(np.longdouble) ** 2).sum(axis=1).astype(np.float64)
    return found


def _sum(terms: Floats) -> Floats:
    """Sum along the first axis in order; ``np.sum`` adds in pairs."""
    total: Floats = np.cumsum(terms, axis=0)[-1]
    return total
