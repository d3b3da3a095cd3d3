"""Negative-binomial regression of many genes at once, by DESeq2's rules. Counts and means are samples x genes.

Every gene gets the iterations it would get alone; only the loop over genes is gone, which is two
orders of magnitude in time.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaln
from scipy.stats import norm

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LOG2_RIDGE = 1e-6
RIDGE = LOG2_RIDGE / np.log(2) ** 2  # the same ridge for coefficients on the natural scale
MIN_MU = 0.5  # fitted means weigh no less than half a read
STEPS = 100
TOLERANCE = 1e-8
LARGEST = 30.0  # bound of a coefficient, of a natural log in the iterations and of log2 in the search
DIFFERENCE = 1e-3  # step of the search's numerical gradient
TINY = 1e-300


@dataclass(frozen=True)
class Coefficients:
    """Fitted genes: ``beta`` genes x coefficients (natural log), means and leverages samples x genes.

    ``means`` are not bounded below; ``heights``: log-likelihood of each gene, which as in R takes bounded
    means for a gene whose iterations did not settle.
    """

    beta: Floats
    means: Floats
    leverages: Floats
    heights: Floats


def log_likelihood(counts: Floats, mu: Floats, alpha: Floats) -> Floats:
    """Log-likelihood of each gene.

    Written with log-beta and log1p so that it stays exact as dispersion goes to 0 (Poisson).
    """
    scaled = mu * alpha
    seen = np.maximum(counts, 1.0)
    coefficient = np.where(counts > 0, -betaln(seen, 1 / alpha) - np.log(seen), 0.0)
    grown = np.log1p(scaled)
    terms = coefficient + counts * (np.log(np.maximum(scaled, TINY)) - grown) - grown / alpha
    total: Floats = terms.sum(axis=0)
    return total


def weighted_cross(design: Floats, weights: Floats) -> Floats:
    """Give X' W X of each gene: genes x coefficients x coefficients."""
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    crosses: Floats = (weights.T @ products).reshape(-1, design.shape[1], design.shape[1])
    return crosses


def fit_coefficients(
    counts: Floats, scale: Floats, design: Floats, alpha: Floats, *, steps: int = STEPS
) -> Coefficients:
    """Coefficients by iteratively reweighted least squares with a negligible ridge, as DESeq2 does.

    ``scale``: size factors, samples x genes (or x 1); ``alpha``: dispersion of each gene. Genes that do
    not settle within ``steps`` or leave |coefficient| <= 30 are searched one by one (L-BFGS-B), as in R.
    """
    scale = np.broadcast_to(scale, counts.shape)
    first = (np.linalg.pinv(design) @ np.log(counts / scale + 0.1)).T
    beta = np.array(first)
    ridge = RIDGE * np.eye(design.shape[1])
    genes = np.arange(counts.shape[1])
    is_settled = np.zeros(counts.shape[1], dtype=np.bool_)
    is_large = np.zeros(counts.shape[1], dtype=np.bool_)
    deviance = np.zeros(counts.shape[1])
    mu = np.maximum(scale * np.exp(design @ beta.T), MIN_MU)
    y, size, a, m = counts, scale, alpha, mu
    for step in range(steps):
        weights = m / (1 + m * a)
        working = weights * (np.log(m / size) + (y - m) / m)
        cross = weighted_cross(design, weights) + ridge
        new = np.linalg.solve(cross, (working.T @ design)[:, :, None])[:, :, 0]
        is_sane = (np.abs(new) <= LARGEST).all(axis=1)
        is_large[genes[~is_sane]] = True
        beta[genes[is_sane]] = new[is_sane]
        m = np.maximum(size * np.exp(np.clip(design @ new.T, -700, 700)), MIN_MU)
        now = -2 * log_likelihood(y, m, a)
        is_done = np.abs(now - deviance[genes]) / (np.abs(now) + 0.1) < TOLERANCE if step else np.zeros_like(is_sane)
        deviance[genes] = now
        if step < steps - 1:
            is_settled[genes[is_done & is_sane]] = True
        going = is_sane & ~is_done & np.isfinite(now)
        genes = genes[going]
        if not len(genes):
            break
        y, size, a, m = y[:, going], size[:, going], a[going], m[:, going]
    _, leverages = means_and_leverages(beta, scale, design, alpha)
    is_searched = ~is_settled
    for gene in np.flatnonzero(is_searched):
        far = is_large[gene] or (np.abs(beta[gene] / np.log(2)) >= LARGEST).any()
        start = first[gene] if far else beta[gene] / np.log(2)
        beta[gene] = _searched(counts[:, gene], scale[:, gene], design, alpha[gene], start)
    means = scale * np.exp(design @ beta.T)
    heights = log_likelihood(counts, np.where(is_searched, np.maximum(means, MIN_MU), means), alpha)
    return Coefficients(beta, means, leverages, heights)


def _searched(counts: Floats, scale: Floats, design: Floats, alpha: float, start: Floats) -> Floats:
    """Coefficients (natural log) of one gene at the penalised likelihood's maximum within +-30 on log2 scale.

    The gradient is numerical with R's step, since where the likelihood is flat the result depends on it.
    """
    one = np.array([alpha])

    def height(log2_beta: Floats) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            mu = scale * 2.0 ** (design @ log2_beta)
            value = -float(log_likelihood(counts[:, None], mu[:, None], one)[0])
        value += 0.5 * LOG2_RIDGE * float(log2_beta @ log2_beta)
        return value if np.isfinite(value) else 1e300

    def slope(log2_beta: Floats) -> Floats:
        found = np.empty(len(log2_beta))
        for i in range(len(log2_beta)):
            ends = np.repeat(log2_beta[None, :], 2, axis=0)
            ends[:, i] = np.clip(log2_beta[i] + np.array([DIFFERENCE, -DIFFERENCE]), -LARGEST, LARGEST)
            found[i] = (height(ends[0]) - height(ends[1])) / (ends[0, i] - ends[1, i])
        return found

    ends = minimize(
        height, np.clip(start, -LARGEST, LARGEST), jac=slope, method="L-BFGS-B",
        bounds=[(-LARGEST, LARGEST)] * len(start),
        options={"maxcor": 5, "ftol": 1e7 * np.finfo(float).eps, "gtol": 0.0, "maxiter": STEPS},
    )  # fmt: skip
    found: Floats = ends.x * np.log(2)
    return found


def means_and_leverages(beta: Floats, scale: Floats, design: Floats, alpha: Floats) -> tuple[Floats, Floats]:
    """Fitted means (not bounded below) and diagonals of the hat matrix, samples x genes."""
    raw = scale * np.exp(design @ beta.T)
    mu = np.maximum(raw, MIN_MU)
    weights = mu / (1 + mu * alpha)
    inverse = np.linalg.inv(weighted_cross(design, weights) + RIDGE * np.eye(design.shape[1]))
    leverages: Floats = np.einsum("ij,gjk,ik->ig", design, inverse, design, optimize=True) * weights
    return raw, leverages


def standard_errors(design: Floats, alpha: Floats, means: Floats, contrast: Floats) -> Floats:
    """Standard error of each gene's contrast of coefficients, natural log."""
    mu = np.maximum(means, MIN_MU)
    cross = weighted_cross(design, mu / (1 + mu * alpha))
    weighted = np.linalg.inv(cross + RIDGE * np.eye(design.shape[1])) @ contrast
    variances = np.einsum("gi,gij,gj->g", weighted, cross, weighted)
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)), dtype=np.float64)


def wald(effect: Floats, error: Floats, *, threshold: float) -> tuple[Floats, Floats]:
    """Two-sided p-value and statistic of each gene.

    ``threshold`` (on the effect's scale, 0 for none) is the effect size that the null hypothesis
    allows in either direction. Genes whose effect is not a number give NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = (np.abs(effect) - threshold) / error
    statistic = np.sign(effect) * np.maximum(beyond, 0.0)
    return np.minimum(2 * norm.sf(beyond), 1.0), statistic
