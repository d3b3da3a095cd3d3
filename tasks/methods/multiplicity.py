"""Corrections of pairwise p-values and confidence intervals within a family."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from tasks.methods.group_results import Floats
from tasks.methods.simultaneous_inference import (
    largest_t_isf,
    largest_t_sf,
    studentized_range_isf,
    studentized_range_sf,
)


def bonferroni(pvalue: Floats, family_size: int) -> Floats:
    """Give p x family size, at most 1."""
    return np.minimum(pvalue * family_size, 1.0)


def holm(pvalue: Floats, family_size: int) -> Floats:
    """Step-down p-values of pairs x families; NaN stays NaN and still counts in ``family_size``.

    Holm 1979, Scandinavian Journal of Statistics 6:65-70
    """
    order = np.argsort(pvalue, axis=0)  # NaN last
    steps = np.arange(family_size, family_size - len(pvalue), -1)[:, None]
    rising = np.maximum.accumulate(np.minimum(np.take_along_axis(pvalue, order, axis=0) * steps, 1.0), axis=0)
    found = np.empty_like(pvalue)
    np.put_along_axis(found, order, rising, axis=0)
    return found


def t_width(alpha: float, df: Floats) -> Floats:
    """Two-sided critical t; NaN without degrees of freedom."""
    found = stats.t.isf(alpha / 2, np.where(df > 0, df, 1.0))
    return np.where(df > 0, found, np.nan)


def _within_bounds(tail: Floats, pvalue: Floats, family_size: int) -> Floats:
    """A simultaneous p lies between p and Bonferroni's: this mends the last digits of tiny ones."""
    return np.clip(tail, pvalue, bonferroni(pvalue, family_size))


def tukey(statistic: Floats, pvalue: Floats, df: Floats, groups: int) -> Floats:
    """Adjusted p of t-statistics for all pairs of ``groups`` groups (Tukey-Kramer; Games-Howell with Welch's t and df).

    Kramer 1956, doi:10.2307/3001469; Games & Howell 1976, doi:10.3102/10769986001002113
    """
    tail = _by_df(statistic, df, lambda t, d: studentized_range_sf(np.sqrt(2) * np.abs(t), groups, d))
    return _within_bounds(tail, pvalue, groups * (groups - 1) // 2)


def tukey_width(alpha: float, df: Floats, groups: int) -> Floats:
    """Critical t of ``tukey``."""
    return _by_df(df, df, lambda _, d: np.asarray(studentized_range_isf(alpha, groups, d) / np.sqrt(2)))


def dunnett(statistic: Floats, pvalue: Floats, df: Floats, correlation: Floats) -> Floats:
    """Adjusted p of t-statistics (pairs x families) of several groups against one control, two-sided.

    Dunnett 1955, doi:10.1080/01621459.1955.10501294
    """
    tail = _by_df(statistic, df, lambda t, d: largest_t_sf(t, correlation, d))
    return _within_bounds(tail, pvalue, len(correlation))


def dunnett_width(alpha: float, df: Floats, correlation: Floats) -> Floats:
    """Critical t of ``dunnett``."""
    return _by_df(df, df, lambda _, d: np.asarray(largest_t_isf(alpha, correlation, d)))


def _by_df(statistic: Floats, df: Floats, found: Callable[[Floats, float], Floats]) -> Floats:
    out = np.full(statistic.shape, np.nan)
    is_known = ~np.isnan(statistic) & (df > 0)
    for d in np.unique(df[is_known]):
        here = is_known & (df == d)
        out[here] = found(statistic[here], float(d))
    return out
