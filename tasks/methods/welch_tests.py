"""Tests of means that do not assume equal variances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from tasks.methods.group_model import ROUNDING
from tasks.methods.group_results import Flags, Floats, Omnibus, Pair, Reasons


def _moments(values: Floats, groups: Sequence[int]) -> tuple[Floats, Floats, Floats]:
    """Sizes (groups), means and variances (groups x families); a variance of mere rounding is 0."""
    codes = np.asarray(groups)
    members = [values[codes == g] for g in range(max(groups) + 1)]
    counts = np.array([float(len(m)) for m in members])
    means = np.array([m.mean(axis=0) for m in members])
    variances = np.array([m.var(axis=0, ddof=1) if len(m) > 1 else np.full(m.shape[1], np.nan) for m in members])
    rounding = (ROUNDING * np.abs(values).max(axis=0)) ** 2 * 2
    return counts, means, np.where(variances <= rounding, 0.0, variances)


def _reasons(is_constant: Flags, is_equal: Flags, is_single: Flags) -> Reasons:
    return tuple(
        "n_below_2" if single else None if not constant else "no_variance" if equal else "zero_within_group_variance"
        for constant, equal, single in zip(is_constant, is_equal, is_single, strict=True)
    )


def _is_level(means: Floats, values: Floats) -> Flags:
    return np.asarray(np.ptp(means, axis=0) <= ROUNDING * np.abs(values).max(axis=0), dtype=np.bool_)


def welch_anova(values: Floats, groups: Sequence[int]) -> Omnibus:
    """Welch's F that all means are equal; ``values`` units x families.

    One group without variation makes its weight infinite: null, ``zero_within_group_variance``.

    Welch 1951, doi:10.1093/biomet/38.3-4.330
    """
    counts, means, variances = _moments(values, groups)
    k = len(counts)
    is_constant = np.asarray((variances == 0).any(axis=0), dtype=np.bool_)
    is_equal = is_constant & (variances == 0).all(axis=0) & _is_level(means, values)
    reasons = _reasons(is_constant, is_equal, np.asarray(np.isnan(variances).any(axis=0), dtype=np.bool_))
    defined = np.array([r is None for r in reasons])
    weights = counts[:, None] / np.where(defined, variances, 1.0)
    total = weights.sum(axis=0)
    centre = (weights * means).sum(axis=0) / total
    spare = np.maximum(counts[:, None] - 1, 1)  # of groups with one value nothing is told
    lack = ((1 - weights / total) ** 2 / spare).sum(axis=0) / (k**2 - 1)
    between = (weights * (means - centre) ** 2).sum(axis=0) / (k - 1)
    statistic = np.where(defined, between / (1 + 2 * (k - 2) * lack), np.nan)
    df1, df2 = np.full_like(statistic, k - 1), np.where(defined, 1 / (3 * lack), np.nan)
    pvalue = np.asarray(stats.f.sf(statistic, df1, df2), dtype=np.float64)
    nothing = np.full_like(statistic, np.nan)
    return Omnibus(statistic, df1, df2, pvalue, reasons, nothing, nothing)


def welch_pair(values: Floats, groups: Sequence[int], a: int, b: int) -> Pair:
    """Welch's t of group b against group a with Satterthwaite's df, uncorrected.

    Cohen's d is the difference divided by the root of the mean of both variances. A single group
    without variation is allowed; two are not.

    Welch 1947, doi:10.1093/biomet/34.1-2.28; Delacre et al. 2021, doi:10.31234/osf.io/tu6mp
    """
    counts, means, variances = (x[[a, b]] for x in _moments(values, groups))
    difference = means[1] - means[0]
    parts = variances / counts[:, None]
    is_constant = np.asarray((variances == 0).all(axis=0), dtype=np.bool_)
    reasons = _reasons(
        is_constant, _is_level(means, values), np.asarray(np.isnan(variances).any(axis=0), dtype=np.bool_)
    )
    defined = np.array([r is None for r in reasons])
    square = np.where(defined, parts.sum(axis=0), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = square**2 / (parts**2 / np.maximum(counts[:, None] - 1, 1)).sum(axis=0)
        statistic = difference / np.sqrt(square)
        unit = np.sqrt(square / variances.mean(axis=0))
    pvalue = np.asarray(2 * stats.t.sf(np.abs(statistic), df), dtype=np.float64)
    nothing = np.full_like(statistic, np.nan)
    return Pair(difference, np.sqrt(square), df, statistic, pvalue, reasons, unit, nothing, nothing)
