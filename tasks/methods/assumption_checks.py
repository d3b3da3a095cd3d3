"""Normality, equal variances and outliers of groups: reported, never used to choose a test or drop a value."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from tasks.methods.group_model import ROUNDING
from tasks.methods.group_results import Floats

UNINFORMATIVE_N = 3  # values that say nothing about their own distribution
_MOST_SHAPIRO = 5000  # SciPy's p-value is not accurate beyond


@dataclass(frozen=True)
class Check:
    """Outcome of a check; ``verdict`` is null where it could not be done, with the reason.

    ``suspect`` is the position of Grubbs' outlier among the values, significant or not.
    """

    n: int
    statistic: float | None
    pvalue: float | None
    verdict: str | None
    na_reason: str | None
    suspect: int | None = None


def _judged(n: int, statistic: float, pvalue: float, alpha: float, least_n: int, suspect: int | None = None) -> Check:
    verdict = "uninformative" if least_n <= UNINFORMATIVE_N else "doubtful" if pvalue < alpha else "no_objection"
    return Check(n, float(statistic), float(pvalue), verdict, None, suspect)


def _is_level(values: Floats) -> bool:
    return bool(np.ptp(values) <= ROUNDING * np.abs(values).max())


def shapiro_wilk(values: Floats, alpha: float) -> Check:
    """Shapiro-Wilk's W that ``values`` are normal; needs three values that are not all equal.

    Shapiro & Wilk 1965, doi:10.1093/biomet/52.3-4.591
    """
    n = len(values)
    if n < UNINFORMATIVE_N or n > _MOST_SHAPIRO:
        return Check(n, None, None, None, "n_below_3" if n < UNINFORMATIVE_N else "n_above_5000")
    if _is_level(values):
        return Check(n, None, None, None, "no_variance")
    centred = values - values.mean()
    found = stats.shapiro(centred / np.abs(centred).max())
    return _judged(n, found.statistic, min(found.pvalue, 1.0), alpha, n)


def levene(groups: Sequence[Floats], alpha: float) -> Check:
    """Levene's F about the medians (Brown-Forsythe, the default of R's car) that groups vary equally.

    Groups with one value are left out. Uninformative where a group has three values or fewer.

    Brown & Forsythe 1974, doi:10.1080/01621459.1974.10482955
    """
    kept = [g for g in groups if len(g) > 1]
    n = sum(len(g) for g in kept)
    if len(kept) < 2:  # noqa: PLR2004 -- one group has nothing to vary equally with
        return Check(n, None, None, None, "fewer_than_two_groups")
    spreads = [np.abs(g - np.median(g)) for g in kept]
    limit = ROUNDING * max(float(np.abs(g).max()) for g in kept)
    if all(np.ptp(s) <= limit for s in spreads):
        return Check(n, None, None, None, "no_variance")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=stats.ConstantInputWarning)
        found = stats.f_oneway(*spreads)
    return _judged(n, found.statistic, found.pvalue, alpha, min(len(g) for g in kept))


def grubbs(values: Floats, alpha: float) -> Check:
    """Grubbs' G, two-sided, that the value furthest from the mean is an outlier; its p by Bonferroni's bound.

    Nothing is removed: an outlier is a question to the notebook, not a reason to drop a culture.

    Grubbs 1969, doi:10.1080/00401706.1969.10490657
    """
    n = len(values)
    if n < UNINFORMATIVE_N:
        return Check(n, None, None, None, "n_below_3")
    if _is_level(values):
        return Check(n, None, None, None, "no_variance")
    away = np.abs(values - values.mean())
    suspect = int(away.argmax())
    g = float(away[suspect] / values.std(ddof=1))
    rest = (n - 1) ** 2 - n * g * g
    if _is_level(np.delete(values, suspect)):
        return Check(n, g, None, None, "other_values_equal", suspect)
    t = np.sqrt(n * (n - 2) * g * g / rest)
    pvalue = min(1.0, 2 * n * float(stats.t.sf(t, n - 2)))
    return _judged(n, g, pvalue, alpha, n, suspect)
