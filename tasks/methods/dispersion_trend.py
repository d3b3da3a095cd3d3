"""Trend of dispersion over mean, and how far genes scatter around it, by DESeq2's rules.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import polygamma
from scipy.stats import chi2, norm

Floats = npt.NDArray[np.float64]

GOOD_RESIDUAL = (1e-4, 15.0)  # genes this far from the trend do not shape it
TREND_STEPS = 10
GLM_STEPS = 25
SETTLED = 1e-6
GLM_SETTLED = 1e-8
SMALL_DF = 3  # up to here the spread of log dispersions is not near normal
MIN_PRIOR_VARIANCE = 0.25
BREAKS = np.arange(-20, 21) / 2
GRID = np.linspace(0, 8, 200)
FINE_GRID = np.linspace(0, 8, 1000)
SPAN = 0.2
RARE = 2e-4  # density of one of 10,000 draws in a bin, DESeq2's sample


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
        new = _gamma_regression(1 / means[good], dispersions[good], coefficients)
        if new is None:
            return None
        change = (np.log(new / coefficients) ** 2).sum()
        coefficients = new
        if change < SETTLED:
            return float(coefficients[0]), float(coefficients[1])
    return None


def _gamma_regression(x: Floats, y: Floats, start: Floats) -> Floats | None:
    """Gamma regression with identity link of y on 1 and x; null when a coefficient is not positive."""
    if len(y) < len(start):
        return None
    matrix = np.column_stack([np.ones_like(x), x])
    coefficients, deviance = start, np.inf
    for _ in range(GLM_STEPS):
        mean = matrix @ coefficients
        weighted = matrix / mean[:, None]
        coefficients = np.asarray(np.linalg.lstsq(weighted, y / mean, rcond=None)[0], dtype=np.float64)
        if (coefficients <= 0).any():
            return None
        mean = matrix @ coefficients
        now = float(2 * (y / mean - 1 - np.log(y / mean)).sum())
        if abs(now - deviance) / (abs(now) + 0.1) < GLM_SETTLED:
            break
        deviance = now
    return coefficients


def prior_variance(log_residuals: Floats, residual_df: int) -> tuple[float, float]:
    """Variance of the prior of log dispersion around the trend, and the squared spread of the residuals.

    ``log_residuals``: log gene-wise minus log trend, of genes above the lower bound. The spread is
    (1.4826 x median absolute deviation)^2; what sampling adds, trigamma(df / 2), is taken off. Up to
    3 residual degrees of freedom sampling noise is too skewed for that: there the variance is the
    one whose expected distribution, log(chi2 / df) plus normal, is nearest the observed one by the
    smoothed Kullback-Leibler divergence of their histograms. DESeq2 draws the expected one at random;
    here it is computed, so that the number differs from R's by that noise. Never below 0.25.
    """
    spread = float((norm.isf(0.25) ** -1 * np.median(np.abs(log_residuals - np.median(log_residuals)))) ** 2)
    if residual_df > SMALL_DF:
        variance = spread - float(polygamma(1, residual_df / 2))
    else:
        variance = _nearest_variance(log_residuals, residual_df)
    return max(variance, MIN_PRIOR_VARIANCE), spread


def _nearest_variance(log_residuals: Floats, residual_df: int) -> float:
    observed = np.histogram(log_residuals, bins=BREAKS, density=True)[0]
    expected = _expected_densities(residual_df)
    if not observed.any():
        return MIN_PRIOR_VARIANCE
    divergence = (observed * (np.log(observed + RARE) - np.log(expected + RARE))).sum(axis=1)
    return float(FINE_GRID[_smoothed(divergence).argmin()])


def _smoothed(heights: Floats) -> Floats:
    """Local quadratic regression (span 0.2, tricube weights) of heights over the grid, on the fine grid."""
    neighbours = int(SPAN * len(GRID))
    smooth = []
    for point in FINE_GRID:
        distance = np.abs(GRID - point)
        near = np.argsort(distance, kind="stable")[:neighbours]
        weight = np.sqrt(np.clip(1 - (distance[near] / distance[near].max()) ** 3, 0, None) ** 3)
        powers = np.vander(GRID[near] - point, 3, increasing=True) * weight[:, None]
        smooth.append(np.linalg.lstsq(powers, heights[near] * weight, rcond=None)[0][0])
    return np.array(smooth)


def _expected_densities(residual_df: int) -> Floats:
    """Histogram densities of log(chi2_df / df) + N(0, v) for every v of the grid: variances x bins."""
    shares = (np.arange(2000) + 0.5) / 2000
    quantiles = np.log(chi2.ppf(shares, residual_df) / residual_df)
    sd = np.sqrt(np.maximum(GRID, 1e-9))
    cumulated = np.array([norm.cdf((BREAKS[:, None] - quantiles) / s).mean(axis=1) for s in sd])
    inside = np.diff(cumulated, axis=1)
    densities: Floats = inside / inside.sum(axis=1, keepdims=True) / np.diff(BREAKS)
    return densities
