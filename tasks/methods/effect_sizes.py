"""Standardised effect sizes and their confidence intervals by inversion of noncentral t and F.

All functions take arrays (one element per test) and give NaN where an input is NaN.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import special

Floats = npt.NDArray[np.float64]

_DOUBLINGS = 12  # of a bracket, fourfold
_HALVINGS = 80  # of a bracket, to the last digit
_FAR_T, _FAR_F = 1e3, 1e6  # beyond, only the pooled SD is uncertain; the noncentral series would not end


def hedges_correction(df: npt.ArrayLike) -> Floats:
    """The exact factor J that makes Cohen's d unbiased (Hedges' g = J d); 1 for infinite df, NaN below 2.

    Hedges 1981, doi:10.3102/10769986006002107
    """
    df = np.asarray(df, dtype=np.float64)
    known = np.where(df > 1, df, 2.0)
    factor = np.exp(special.gammaln(known / 2) - special.gammaln((known - 1) / 2) - np.log(known / 2) / 2)
    return np.where(df > 1, factor, np.nan)


def _root(above: Callable[[Floats], npt.NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """Where ``above`` turns from true to false, between ``low`` and ``high``, by bisection."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_above = above(middle)
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return (low + high) / 2


def noncentrality_of_t(statistic: npt.ArrayLike, df: npt.ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Confidence limits, at ``level``, of the noncentrality of t.

    Steiger & Fouladi 1997; Cumming & Finch 2001, doi:10.1177/0013164401614002
    """
    t, df = np.broadcast_arrays(np.asarray(statistic, dtype=np.float64), np.asarray(df, dtype=np.float64))
    is_far = np.abs(t) > _FAR_T
    near = np.where(is_far, 0.0, t)
    reach = 40 * (1 + np.abs(near))
    tail = (1 - level) / 2
    limits = []
    with np.errstate(invalid="ignore"):
        for probability in (1 - tail, tail):

            def above(nc: Floats, probability: float = probability) -> npt.NDArray[np.bool_]:
                return np.asarray(special.nctdtr(df, nc, near) > probability)

            far = t * np.sqrt(special.chdtri(df, np.where(t > 0, probability, 1 - probability)) / df)
            found = np.where(is_far, far, _root(above, near - reach, near + reach))
            limits.append(np.where(np.isnan(t) | np.isnan(df), np.nan, found))
    return limits[0], limits[1]


def noncentrality_of_f(
    statistic: npt.ArrayLike, df1: npt.ArrayLike, df2: npt.ArrayLike, level: float
) -> tuple[Floats, Floats]:
    """Confidence limits, at ``level``, of the noncentrality of F; 0 where the limit would be negative.

    Steiger 2004, doi:10.1037/1082-989X.9.2.164
    """
    f, df1, df2 = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (statistic, df1, df2)))
    tail = (1 - level) / 2
    is_far = df1 * f > _FAR_F
    near = np.where(is_far, 0.0, f)
    limits = []
    with np.errstate(invalid="ignore"):
        for probability in (1 - tail, tail):

            def above(nc: Floats, probability: float = probability) -> npt.NDArray[np.bool_]:
                return np.asarray(special.ncfdtr(df1, df2, nc, near) > probability)

            high = np.maximum(2 * df1 * near, 16.0)
            for _ in range(_DOUBLINGS):
                high = np.where(above(high), 4 * high, high)
            found = np.where(above(np.zeros_like(f)), _root(above, np.zeros_like(f), high), 0.0)
            found = np.where(is_far, df1 * f * special.chdtri(df2, probability) / df2, found)
            limits.append(np.where(np.isnan(f) | np.isnan(df2), np.nan, found))
    return limits[0], limits[1]


def explained_variance_limits(
    statistic: npt.ArrayLike, df1: npt.ArrayLike, df2: npt.ArrayLike, alpha: float
) -> tuple[Floats, Floats]:
    """Confidence limits of the (partial) proportion of variance that η² and ω² estimate.

    The level is 1 - 2 alpha, so that the interval excludes 0 just where the F-test is significant;
    noncentrality λ is turned into λ / (λ + df1 + df2 + 1).

    Steiger 2004, doi:10.1037/1082-989X.9.2.164
    """
    total = np.asarray(df1, dtype=np.float64) + np.asarray(df2, dtype=np.float64) + 1
    low, high = noncentrality_of_f(statistic, df1, df2, 1 - 2 * alpha)
    return low / (low + total), high / (high + total)


def omega_squared(statistic: npt.ArrayLike, df1: npt.ArrayLike, df2: npt.ArrayLike) -> Floats:
    """The (partial) ω² of an F, 0 where it would be negative: η² without its upward bias.

    df1 (F - 1) / (df1 (F - 1) + df1 + df2 + 1).

    Olejnik & Algina 2003, doi:10.1037/1082-989X.8.4.434
    """
    f, df1, df2 = (np.asarray(x, dtype=np.float64) for x in (statistic, df1, df2))
    excess = df1 * (f - 1)
    return np.maximum(excess / (excess + df1 + df2 + 1), 0.0)
