"""Trend of dispersion over mean, and how far genes scatter around it, by DESeq2's rules.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import polygamma
from scipy.stats import norm, trim_mean

from tasks.methods.local_trend import LocalTrend, local_trend
from tasks.methods.simulated_prior import nearest_variance

Floats = npt.NDArray[np.float64]

MIN_DISPERSION = 1e-8
BOUND_MARGIN = 100  # dispersions below this many times the bound are "no overdispersion"
GOOD_RESIDUAL = (1e-4, 15.0)  # genes this far from the trend do not shape it
TREND_STEPS = 10
GLM_STEPS = 25
SETTLED = 1e-6
GLM_SETTLED = 1e-8
SMALL_DF = 3  # up to here the spread of log dispersions is not near normal
MIN_PRIOR_VARIANCE = 0.25


@dataclass(frozen=True)
class Trend:
    """Dispersion expected at a mean, and how genes scatter around it (``spread``, ``prior_variance``: log^2).

    ``coefficients``: asymptotic dispersion and extra-Poisson noise of a parametric trend, one constant
    of a mean one, none where ``local`` stands for them.
    """

    kind: str
    coefficients: tuple[float, ...]
    spread: float
    prior_variance: float
    local: LocalTrend | None = None

    def __call__(self, means: Floats) -> Floats:
        """Expected dispersion of each mean."""
        if self.local is not None:
            return self.local(means)
        with np.errstate(divide="ignore"):
            extra = self.coefficients[1] / means if len(self.coefficients) > 1 else np.zeros(len(means))
        return np.asarray(self.coefficients[0] + extra, dtype=np.float64)


def fit_trend(means: Floats, dispersions: Floats, residual_df: int) -> tuple[Trend, tuple[str, ...]]:
    """Trend of gene-wise dispersions (NaN for genes without reads) over their means, and notes on it.

    Genes whose dispersion is at the lower bound shape neither trend nor prior.
    """
    with np.errstate(invalid="ignore"):
        is_used = dispersions > BOUND_MARGIN * MIN_DISPERSION
        is_spread = dispersions >= BOUND_MARGIN * MIN_DISPERSION
    settled = parametric_trend(means[is_used], dispersions[is_used]) if is_used.any() else None
    local = local_trend(means[is_used], dispersions[is_used]) if settled is None and is_used.any() else None
    unsettled = "the dispersion trend did not settle; "
    if settled is not None:
        bare, notes = Trend("parametric", settled, 0.0, 0.0), tuple[str, ...]()
    elif local is not None:
        bare, notes = Trend("local", (), 0.0, 0.0, local), (unsettled + "a local regression is used instead",)
    else:
        mean = float(trim_mean(dispersions[is_used], 0.001)) if is_used.any() else BOUND_MARGIN * MIN_DISPERSION
        bare, notes = Trend("mean", (mean,), 0.0, 0.0), (unsettled + "the mean dispersion is used instead",)
    variance, spread = MIN_PRIOR_VARIANCE, 0.0
    if is_spread.any():
        variance, spread = prior_variance(np.log(dispersions[is_spread] / bare(means[is_spread])), residual_df)
    return replace(bare, spread=spread, prior_variance=variance), notes


def parametric_trend(means: Floats, dispersions: Floats) -> tuple[float, float] | None:
    """Asymptotic dispersion a0 and extra-Poisson noise a1 of dispersion = a0 + a1 / mean.

    ``dispersions``: gene-wise estimates above the lower bound. A gamma regression is repeated on the
    genes whose residual is in bounds; a gene once dropped may return. Null when it does not
    settle on positive coefficients.
    """
    coefficients = np.array([0.1, 1.0])
    for _ in range(TREND_STEPS + 1):
        residuals = dispersions / (coefficients[0] + coefficients[1] / means)
        good = (residuals > GOOD_RESIDUAL[0]) & (residuals < GOOD_RESIDUAL[1])
        new, is_converged = _gamma_regression(1 / means[good], dispersions[good], coefficients)
        if not (new > 0).all():
            return None
        change = (np.log(new / coefficients) ** 2).sum()
        coefficients = new
        if change < SETTLED and is_converged:
            return float(coefficients[0]), float(coefficients[1])
    return None


def _gamma_regression(x: Floats, y: Floats, start: Floats) -> tuple[Floats, bool]:
    """Gamma regression with identity link of y on 1 and x, by R's rules; and whether it converged.

    A step that makes a mean negative is halved until it does not. Not a number where there is no solution.
    """
    matrix = np.column_stack([np.ones_like(x), x])
    nothing = np.full(len(start), np.nan)
    if np.linalg.matrix_rank(matrix) < len(start):
        return nothing, False
    coefficients, before, deviance = start, start, _gamma_deviance(y, matrix @ start)
    for _ in range(GLM_STEPS):
        mean = matrix @ coefficients
        coefficients = np.asarray(np.linalg.lstsq(matrix / mean[:, None], y / mean, rcond=None)[0], dtype=np.float64)
        for _ in range(GLM_STEPS):
            if (matrix @ coefficients > 0).all():
                break
            coefficients = (coefficients + before) / 2
        else:
            return nothing, False
        now = _gamma_deviance(y, matrix @ coefficients)
        if abs(now - deviance) / (abs(now) + 0.1) < GLM_SETTLED:
            return coefficients, True
        before, deviance = coefficients, now
    return coefficients, False


def _gamma_deviance(y: Floats, mean: Floats) -> float:
    return float(2 * (y / mean - 1 - np.log(y / mean)).sum())


def prior_variance(log_residuals: Floats, residual_df: int) -> tuple[float, float]:
    """Variance of the prior of log dispersion around the trend, and the squared spread of the residuals.

    ``log_residuals``: log gene-wise minus log trend, of genes above the lower bound. The spread is
    (1.4826 x median absolute deviation)^2; what sampling adds, trigamma(df / 2), is taken off. Up to
    3 residual degrees of freedom sampling noise is too skewed for that (``nearest_variance``). Never
    below 0.25.
    """
    spread = float((norm.isf(0.25) ** -1 * np.median(np.abs(log_residuals - np.median(log_residuals)))) ** 2)
    if residual_df > SMALL_DF:
        variance = spread - float(polygamma(1, residual_df / 2))
    else:
        variance = nearest_variance(log_residuals, residual_df)
    return max(variance, MIN_PRIOR_VARIANCE), spread
