"""Two-way analyses of variance of repeated measures: both factors within the subject, or one between subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, stats

from tasks.methods.sphericity import Sphericity, sphericity

Floats = npt.NDArray[np.float64]

CONDITION, TIME, BOTH = "condition", "time", "condition:time"
ROUNDING = 64 * np.finfo(np.float64).eps  # deviations this small beside the values are rounding, not variation


@dataclass(frozen=True)
class Effect:
    """An F test; numbers are NaN, with ``na_reason``, where it is not defined. ``sphericity``: of repeated effects."""

    name: str
    df1: int
    df2: int
    statistic: float = np.nan
    pvalue: float = np.nan
    partial_eta_squared: float = np.nan
    generalized_eta_squared: float = np.nan
    sphericity: Sphericity | None = None
    na_reason: str | None = None

    def corrected(self, epsilon: float) -> float:
        """p-value with both degrees of freedom multiplied by epsilon; never below that of the uncorrected test's df."""
        if np.isnan(self.statistic):
            return np.nan
        return float(stats.f.sf(self.statistic, self.df1 * epsilon, self.df2 * epsilon))


@dataclass(frozen=True)
class _Stratum:
    """Effects tested against one error: sums of squares and degrees of freedom of one set of contrasts."""

    effects: dict[str, tuple[float, int]]
    error_ss: float
    error_df: int
    covariance: Floats | None = None  # of the contrasts, where measures are repeated


def _contrasts(count: int) -> Floats:
    """Orthonormal contrasts of ``count`` levels: levels x (count - 1)."""
    return np.asarray(linalg.helmert(count).T, dtype=np.float64)


def _mean(count: int) -> Floats:
    return np.full((count, 1), 1 / np.sqrt(count))


def _within(scores: Floats, groups: npt.NDArray[np.int64], *, overall: str | None, between: str | None) -> _Stratum:
    """Test the mean of contrast scores (``overall``) and its differences between groups (``between``).

    ``scores``: subjects x contrasts. The overall effect is that of the unweighted mean of the groups (type III).
    """
    sizes = np.bincount(groups).astype(np.float64)
    means = np.array([scores[groups == g].mean(axis=0) for g in range(len(sizes))])
    residuals = scores - means[groups]
    contrast_count, error_df = scores.shape[1], len(scores) - len(sizes)
    effects = {}
    if overall:
        weight = len(sizes) ** 2 / (1 / sizes).sum()
        effects[overall] = (float(weight * (means.mean(axis=0) ** 2).sum()), contrast_count)
    if between:
        spread = means - (sizes @ means) / sizes.sum()
        effects[between] = (float((sizes @ spread**2).sum()), contrast_count * (len(sizes) - 1))
    products = residuals.T @ residuals
    covariance = products / error_df if error_df > 0 else None
    return _Stratum(effects, float(np.trace(products)), contrast_count * error_df, covariance if overall else None)


def two_way_repeated(values: Floats) -> list[Effect]:
    """Condition × time, both within the subject (the donor); each effect has its own error, effect × subject.

    ``values``: subjects x conditions x times, complete, two or more of each. Generalised η² has all errors and the
    subjects below the line, as both factors are manipulated (Bakeman 2005, doi:10.3758/BF03192707).
    """
    subjects, conditions, times = values.shape
    flat = (values - values.mean()).reshape(subjects, conditions * times)
    alone = np.zeros(subjects, dtype=np.int64)
    bases = {
        CONDITION: np.kron(_contrasts(conditions), _mean(times)),
        TIME: np.kron(_mean(conditions), _contrasts(times)),
        BOTH: np.kron(_contrasts(conditions), _contrasts(times)),
    }
    strata = [_within(flat @ basis, alone, overall=name, between=None) for name, basis in bases.items()]
    subject = _within(flat @ _mean(conditions * times), alone, overall=None, between=None)
    return _effects(strata, subject.error_ss, values)


def mixed(values: Floats, groups: npt.NDArray[np.int64]) -> list[Effect]:
    """Condition between subjects, time within them (the culture or donor of one condition).

    ``values``: subjects x times, complete. ``groups``: condition of each subject as codes from 0, each in use. Groups
    may differ in size; time is then that of the unweighted mean of the conditions (type III, as SPSS).
    """
    centred = values - values.mean()
    times = values.shape[1]
    strata = [
        _within(centred @ _mean(times), groups, overall=None, between=CONDITION),
        _within(centred @ _contrasts(times), groups, overall=TIME, between=BOTH),
    ]
    return _effects(strata, 0.0, values)


def _effects(strata: list[_Stratum], subject_ss: float, values: Floats) -> list[Effect]:
    """F tests of all strata; the errors of all of them go into generalised η²."""
    error_ss = subject_ss + sum(s.error_ss for s in strata)
    rounding_ss = values.size * (ROUNDING * float(np.abs(values).max())) ** 2
    found = []
    for stratum in strata:
        for name, (ss, df) in stratum.effects.items():
            if reason := undefined(ss, stratum.error_ss, stratum.error_df, rounding_ss):
                found.append(Effect(name, df, stratum.error_df, na_reason=reason))
                continue
            statistic = ss / df / (stratum.error_ss / stratum.error_df)
            found.append(
                Effect(
                    name=name,
                    df1=df,
                    df2=stratum.error_df,
                    statistic=statistic,
                    pvalue=float(stats.f.sf(statistic, df, stratum.error_df)),
                    partial_eta_squared=ss / (ss + stratum.error_ss),
                    generalized_eta_squared=ss / (ss + error_ss),
                    sphericity=_sphericity(stratum),
                )
            )
    return found


def _sphericity(stratum: _Stratum) -> Sphericity | None:
    if stratum.covariance is None:
        return None
    return sphericity(stratum.covariance, stratum.error_df // len(stratum.covariance))


def undefined(ss: float, error_ss: float, error_df: int, rounding_ss: float) -> str | None:
    """Why there is no F: ``no_residual_df``, ``no_variance``, ``zero_within_group_variance``; null if there is."""
    if error_df < 1:
        return "no_residual_df"
    if error_ss > rounding_ss:
        return None
    return "no_variance" if ss <= rounding_ss else "zero_within_group_variance"
