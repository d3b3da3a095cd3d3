"""What the variances of all features say about the variance of one: a scaled inverse chi-square prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, polygamma

from tasks.methods.natural_splines import natural_spline_basis

Floats = npt.NDArray[np.float64]
_OFFSET = 1e-5  # variances below this share of the median count as it
_SPLINE_FROM = (3, 6, 30)  # features from which the trend gets one more coefficient
_LARGE, _SMALL = 1e7, 1e-6  # where the trigamma function is its own asymptote
_TOLERANCE = 1e-8


@dataclass(frozen=True)
class VariancePrior:
    """``variances``: prior variance of each feature; ``df``: its degrees of freedom, infinite where all are equal.

    ``df`` is one number per feature; they differ where outlying features are trusted on their own.
    """

    variances: Floats
    df: Floats

    def posterior(self, variances: Floats, residual_df: int) -> Floats:
        """Observed variances shrunken to the prior."""
        with np.errstate(invalid="ignore"):
            mixed = (residual_df * variances + self.df * self.variances) / (residual_df + self.df)
        return np.where(np.isinf(self.df), self.variances, mixed)


def trigamma_inverse(y: float) -> float:
    """The x > 0 whose trigamma is ``y`` > 0, by Newton's method on 1 / trigamma, which is nearly straight."""
    if y > _LARGE:
        return float(1 / np.sqrt(y))
    if y < _SMALL:
        return 1 / y
    x = 0.5 + 1 / y
    for _ in range(50):
        value = float(polygamma(1, x))
        step = value * (1 - value / y) / float(polygamma(2, x))
        x += step
        if -step / x < _TOLERANCE:
            break
    return x


def variance_prior(variances: Floats, residual_df: int, covariate: Floats | None = None) -> VariancePrior:
    """Prior of the variances, by the moments of their logarithm, as limma's ``fitFDist`` fits it.

    ``variances``: at least one, not negative, each with ``residual_df`` > 0. With ``covariate``
    (average log expression) the prior variance follows a natural spline of it. Where variances
    spread no more than their sampling explains, the prior has infinite degrees of freedom.

    Smyth 2004, doi:10.2202/1544-6115.1027; trend: Law et al. 2014, doi:10.1186/gb-2014-15-2-r29
    """
    n = len(variances)
    if n == 1:
        return VariancePrior(variances, np.zeros(1))
    median = float(np.median(variances))
    positive = np.maximum(variances, _OFFSET * (median or 1.0))
    half = residual_df / 2
    logs = np.log(positive) - digamma(half) + np.log(half)
    mean, spread = _centre(logs, covariate)
    spread -= float(polygamma(1, half))
    if spread > 0:
        df = 2 * trigamma_inverse(spread)
        prior = np.exp(mean + digamma(df / 2) - np.log(df / 2))
    else:
        df = np.inf
        prior = np.exp(mean) if covariate is not None else np.full(n, positive.mean())
    return VariancePrior(prior, np.full(n, df))


def _centre(logs: Floats, covariate: Floats | None) -> tuple[Floats, float]:
    """Mean of each log variance, one for all or along the covariate, and the variance around it."""
    n = len(logs)
    if covariate is not None:
        df = min(1 + sum(n >= limit for limit in _SPLINE_FROM), len(np.unique(covariate)))
        if df > 1:
            basis = natural_spline_basis(covariate, df)
            solution, _, rank, _ = np.linalg.lstsq(basis, logs, rcond=None)
            mean = basis @ solution
            return mean, float(((logs - mean) ** 2).sum() / (n - rank)) if n > rank else 0.0
    return np.full(n, logs.mean()), float(logs.var(ddof=1))
