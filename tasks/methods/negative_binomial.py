"""Negative-binomial regression of many genes at once, with the kernels' shapes that pydeseq2 expects.

Counts and means are samples x genes. Every gene gets the iterations it would get alone; only the
loop over genes is gone, which is two orders of magnitude in time.
"""

from __future__ import annotations

<<<<<<< HEAD
from collections.abc import Callable

=======
>>>>>>> sci
import numpy as np
import numpy.typing as npt
from scipy.special import betaln
from scipy.stats import norm

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

RIDGE = 1e-6
<<<<<<< HEAD
GRID = 41  # steps of about half a log unit between the bounds of the dispersion
SECTIONS = 34  # golden sections of two grid steps: the optimum to 1e-7 log units
GOLDEN = (np.sqrt(5.0) - 1) / 2
=======
>>>>>>> sci


def log_likelihood(counts: Floats, mu: Floats, alpha: Floats) -> Floats:
    """Log-likelihood of each gene, up to a constant of the counts.

    Written with log-beta and log1p so that it stays exact as dispersion goes to 0 (Poisson).
    """
    scaled = mu * alpha
    coefficient = np.where(counts > 0, -betaln(np.maximum(counts, 1.0), 1 / alpha), 0.0)
    terms = coefficient + counts * (np.log(scaled) - np.log1p(scaled)) - np.log1p(scaled) / alpha
    total: Floats = terms.sum(axis=0)
    return total


<<<<<<< HEAD
def _weighted_cross(design: Floats, weights: Floats) -> Floats:
    """X' W X of each gene: genes x coefficients x coefficients."""
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    return (weights.T @ products).reshape(-1, design.shape[1], design.shape[1])
=======
def weighted_cross(design: Floats, weights: Floats) -> Floats:
    """Give X' W X of each gene: genes x coefficients x coefficients."""
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    crosses: Floats = (weights.T @ products).reshape(-1, design.shape[1], design.shape[1])
    return crosses
>>>>>>> sci


def fit_coefficients(
    counts: Floats, size_factors: Floats, design: Floats, alpha: Floats, *, min_mu: float, tolerance: float, steps: int
) -> tuple[Floats, Floats, Floats, Flags]:
    """Coefficients by iteratively reweighted least squares with a negligible ridge, as DESeq2 does.

    ``alpha``: dispersion of each gene. Returns coefficients (genes x coefficients, natural log), means
    and leverages (samples x genes), and whether each gene converged within ``steps`` and within
    |coefficient| <= 30; the others hold the last step and want another optimiser.
    """
<<<<<<< HEAD
    beta = np.linalg.lstsq(design, np.log(counts / size_factors[:, None] + 0.1), rcond=None)[0].T
=======
    first = np.linalg.pinv(design) @ np.log(counts / size_factors[:, None] + 0.1)
    beta = np.asarray(first.T, dtype=np.float64).copy()
>>>>>>> sci
    ridge = RIDGE * np.eye(design.shape[1])
    genes = np.arange(counts.shape[1])
    converged = np.zeros(counts.shape[1], dtype=np.bool_)
    deviance = np.full(counts.shape[1], 1000.0)
    scale = size_factors[:, None]
    for _ in range(steps - 1):
        y, a = counts[:, genes], alpha[genes]
        mu = np.maximum(scale * np.exp(design @ beta[genes].T), min_mu)
        weights = mu / (1 + mu * a)
        working = weights * (np.log(mu / scale) + (y - mu) / mu)
<<<<<<< HEAD
        cross = _weighted_cross(design, weights) + ridge
=======
        cross = weighted_cross(design, weights) + ridge
>>>>>>> sci
        new = np.linalg.solve(cross, (working.T @ design)[:, :, None])[:, :, 0]
        is_sane = (np.abs(new) <= 30).all(axis=1)  # noqa: PLR2004  # DESeq2's bound on a log coefficient
        genes, y, a, new = genes[is_sane], y[:, is_sane], a[is_sane], new[is_sane]
        beta[genes] = new
        mu = np.maximum(scale * np.exp(design @ new.T), min_mu)
        now = -2 * log_likelihood(y, mu, a)
        is_done = np.abs(now - deviance[genes]) / (np.abs(now) + 0.1) <= tolerance
        deviance[genes] = now
        converged[genes[is_done]] = True
        genes = genes[~is_done]
        if not len(genes):
            break
    mu, leverage = means_and_leverages(beta, size_factors, design, alpha, min_mu=min_mu)
    return beta, mu, leverage, converged


def means_and_leverages(
    beta: Floats, size_factors: Floats, design: Floats, alpha: Floats, *, min_mu: float
) -> tuple[Floats, Floats]:
    """Fitted means (not bounded below) and diagonals of the hat matrix, samples x genes."""
    raw = size_factors[:, None] * np.exp(design @ beta.T)
    mu = np.maximum(raw, min_mu)
    weights = mu / (1 + mu * alpha)
<<<<<<< HEAD
    inverse = np.linalg.inv(_weighted_cross(design, weights) + RIDGE * np.eye(design.shape[1]))
    return raw, np.einsum("ij,gjk,ik->ig", design, inverse, design, optimize=True) * weights


def fit_dispersions(
    counts: Floats,
    design: Floats,
    mu: Floats,
    start: Floats,
    *,
    bounds: tuple[float, float],
    prior_variance: float | None,
) -> Floats:
    """Dispersion of each gene that maximises its Cox-Reid adjusted profile likelihood.

    With ``prior_variance`` log dispersion has a normal prior around log ``start`` (the trend): the
    maximum a posteriori. The maximum is the one uphill from ``start``, found on a grid and then
    by golden sections.

    Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
    """
    log_start = np.log(start)

    def objective(log_alpha: Floats) -> Floats:
        alpha = np.exp(log_alpha)
        value = log_likelihood(counts, mu, alpha)
        value -= 0.5 * np.linalg.slogdet(_weighted_cross(design, mu / (1 + mu * alpha)))[1]
        if prior_variance is not None:
            value -= (log_alpha - log_start) ** 2 / (2 * prior_variance)
        return value

    grid = np.linspace(np.log(bounds[0]), np.log(bounds[1]), GRID)
    heights = np.array([objective(np.full_like(start, point)) for point in grid])
    top = _uphill(heights, np.abs(grid[:, None] - log_start).argmin(axis=0))
    low, high = grid[np.maximum(top - 1, 0)], grid[np.minimum(top + 1, GRID - 1)]
    return np.exp(_golden_maximum(objective, low, high))


def _uphill(heights: Floats, at: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Index of the local maximum that climbing from ``at`` reaches, per column."""
    columns = np.arange(heights.shape[1])
    for _ in range(len(heights)):
        down, up = np.maximum(at - 1, 0), np.minimum(at + 1, len(heights) - 1)
        candidates = np.array([at, down, up])
        better = candidates[heights[candidates, columns].argmax(axis=0), columns]
        if (better == at).all():
            break
        at = better
    return at


def _golden_maximum(objective: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = objective(left), objective(right)
    for _ in range(SECTIONS):
        is_left = at_left >= at_right
        low, high = np.where(is_left, low, left), np.where(is_left, right, high)
        probe = np.where(is_left, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        value = objective(probe)
        left, right = np.where(is_left, probe, right), np.where(is_left, left, probe)
        at_left, at_right = np.where(is_left, value, at_right), np.where(is_left, at_left, value)
    return (low + high) / 2
=======
    inverse = np.linalg.inv(weighted_cross(design, weights) + RIDGE * np.eye(design.shape[1]))
    leverages: Floats = np.einsum("ij,gjk,ik->ig", design, inverse, design, optimize=True) * weights
    return raw, leverages
>>>>>>> sci


def wald(
    design: Floats, alpha: Floats, beta: Floats, mu: Floats, contrast: Floats, *, threshold: float
) -> tuple[Floats, Floats, Floats]:
    """Two-sided p-value, statistic and standard error of each gene's contrast.

    ``threshold`` (natural log, 0 for none) is the effect size that the null hypothesis allows in
    either direction. Genes whose mean is not a number give NaN.
    """
    known = np.isfinite(mu).all(axis=0) & np.isfinite(alpha)
    pvalue, statistic, error = (np.full(mu.shape[1], np.nan) for _ in range(3))
<<<<<<< HEAD
    cross = _weighted_cross(design, mu[:, known] / (1 + mu[:, known] * alpha[known]))
=======
    cross = weighted_cross(design, mu[:, known] / (1 + mu[:, known] * alpha[known]))
>>>>>>> sci
    weighted = np.linalg.inv(cross + RIDGE * np.eye(design.shape[1])) @ contrast
    error[known] = np.sqrt(np.einsum("gi,gij,gj->g", weighted, cross, weighted))
    effect = beta @ contrast
    statistic[known] = (np.sign(effect) * np.maximum(np.abs(effect) - threshold, 0))[known] / error[known]
    pvalue[known] = 2 * norm.sf(np.abs(statistic[known]))
    return pvalue, statistic, error
