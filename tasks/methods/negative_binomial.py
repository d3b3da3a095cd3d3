"""Negative-binomial regression of many genes at once, by DESeq2's rules. Counts and means are samples x genes.

Every gene gets the iterations it would get alone; only the loop over genes is gone, which is two
orders of magnitude in time.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import norm

from tasks.methods.gamma_ratios import log_rise
from tasks.methods.small_systems import inverse_factors, lower_factors, solutions, symmetric

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Alternative = Literal["greaterAbs", "lessAbs", "greater", "less"]

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

    Written with ratios of gamma functions and log1p so that it stays exact as dispersion goes to 0 (Poisson).
    """
    return _part_of_counts(counts, alpha) + _part_of_means(counts, np.log(np.maximum(mu, TINY)), mu, alpha)


def _part_of_counts(counts: Floats, alpha: Floats) -> Floats:
    """What of each gene's log-likelihood does not depend on its means."""
    terms = log_rise(counts, 1 / alpha)
    terms -= gammaln(counts + 1)
    total: Floats = terms.sum(axis=0) + counts.sum(axis=0) * np.log(alpha)
    return total


def _part_of_means(counts: Floats, log_mu: Floats, mu: Floats, alpha: Floats) -> Floats:
    """The rest of each gene's log-likelihood."""
    terms = counts + 1 / alpha
    terms *= np.log1p(mu * alpha)
    total: Floats = (counts * log_mu).sum(axis=0) - terms.sum(axis=0)
    return total


def pair_products(design: Floats) -> Floats:
    """Products of each two columns of the design: samples x pairs, in the order of ``symmetric``."""
    rows, columns = np.triu_indices(design.shape[1])
    return np.ascontiguousarray(design[:, rows] * design[:, columns])


def _factors(design: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The information of each gene, and Cholesky's factor of it with the ridge."""
    cross = symmetric(pair_products(design).T @ weights)
    return cross, lower_factors(cross + RIDGE * np.eye(design.shape[1])[:, :, None])


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
    genes = np.arange(counts.shape[1])
    is_settled = np.zeros(counts.shape[1], dtype=np.bool_)
    is_large = np.zeros(counts.shape[1], dtype=np.bool_)
    deviance = np.zeros(counts.shape[1])
    known = _part_of_counts(counts, alpha)
    y, log_size, a, fixed = counts, np.log(scale), alpha, known
    log_m = _log_means(log_size, design, beta.T)
    m = np.exp(log_m)
    for step in range(steps):
        weights = m / (1 + m * a)
        working = weights * (log_m - log_size + (y - m) / m)
        new = solutions(_factors(design, weights)[1], design.T @ working)
        is_sane = (np.abs(new) <= LARGEST).all(axis=0)
        is_large[genes[~is_sane]] = True
        beta[genes[is_sane]] = new[:, is_sane].T
        log_m = _log_means(log_size, design, new)
        m = np.exp(log_m)
        now = -2 * (fixed + _part_of_means(y, log_m, m, a))
        is_done = np.abs(now - deviance[genes]) / (np.abs(now) + 0.1) < TOLERANCE if step else np.zeros_like(is_sane)
        deviance[genes] = now
        if step < steps - 1:
            is_settled[genes[is_done & is_sane]] = True
        going = is_sane & ~is_done & np.isfinite(now)
        genes = genes[going]
        if not len(genes):
            break
        y, log_size, log_m, m = (np.compress(going, of, axis=1) for of in (y, log_size, log_m, m))
        a, fixed = a[going], fixed[going]
    _, leverages = means_and_leverages(beta, scale, design, alpha)
    is_searched = ~is_settled
    for gene in np.flatnonzero(is_searched):
        far = is_large[gene] or (np.abs(beta[gene] / np.log(2)) >= LARGEST).any()
        start = first[gene] if far else beta[gene] / np.log(2)
        beta[gene] = _searched(counts[:, gene], scale[:, gene], design, alpha[gene], start)
    means = scale * np.exp(design @ beta.T)
    weighed = np.maximum(means, np.where(is_searched, MIN_MU, TINY))
    heights = known + _part_of_means(counts, np.log(weighed), weighed, alpha)
    return Coefficients(beta, means, leverages, heights)


def _log_means(log_size: Floats, design: Floats, beta: Floats) -> Floats:
    """Log of the fitted means, which weigh no less than half a read; ``beta``: coefficients x genes."""
    found = np.clip(design @ beta, -700, 700)
    found += log_size
    return np.asarray(np.maximum(found, np.log(MIN_MU), out=found), dtype=np.float64)


def _searched(counts: Floats, scale: Floats, design: Floats, alpha: float, start: Floats) -> Floats:
    """Coefficients (natural log) of one gene at the penalised likelihood's maximum within +-30 on log2 scale.

    The gradient is numerical with R's step, since where the likelihood is flat the result depends on it.
    """
    one, y = np.array([alpha]), counts[:, None]
    fixed = _part_of_counts(y, one)
    # of the prior's density: the search ends by the height's relative change, to which it belongs
    prior_constant = 0.5 * len(start) * float(np.log(2 * np.pi / LOG2_RIDGE))

    def height(log2_beta: Floats) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            mu = scale * 2.0 ** (design @ log2_beta)
            value = -float((fixed + _part_of_means(y, np.log(np.maximum(mu, TINY))[:, None], mu[:, None], one))[0])
        value += 0.5 * LOG2_RIDGE * float(log2_beta @ log2_beta) + prior_constant
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
    leverages = np.zeros_like(weights)
    for row in inverse_factors(_factors(design, weights)[1]):
        leverages += (design @ row) ** 2
    leverages *= weights
    return raw, leverages


def standard_errors(design: Floats, alpha: Floats, means: Floats, contrast: Floats) -> Floats:
    """Standard error of each gene's contrast of coefficients, natural log."""
    mu = np.maximum(means, MIN_MU)
    cross, lower = _factors(design, mu / (1 + mu * alpha))
    weighted = solutions(lower, np.broadcast_to(contrast[:, None], (len(contrast), len(alpha))))
    variances = np.einsum("ig,ijg,jg->g", weighted, cross, weighted)
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)), dtype=np.float64)


def wald(
    effect: Floats, error: Floats, *, threshold: float, alternative: Alternative = "greaterAbs"
) -> tuple[Floats, Floats]:
    """P-value and statistic of each gene; genes whose effect is not a number give NaN.

    ``threshold`` (on the effect's scale, 0 for none) bounds the null hypothesis. The ``alternative`` has R's names:
    the effect is beyond the threshold in either direction (two-sided), within it in both (``lessAbs``, the threshold
    positive), above it, or below its negative.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        above, below = (effect - threshold) / error, (effect + threshold) / error
        beyond = (np.abs(effect) - threshold) / error
    if alternative == "greater":
        return norm.sf(above), np.maximum(above, 0.0)
    if alternative == "less":
        return norm.cdf(below), np.minimum(below, 0.0)
    if alternative == "lessAbs":
        return np.maximum(norm.cdf(above), norm.sf(below)), np.maximum(np.minimum(-above, below), 0.0)
    return np.minimum(2 * norm.sf(beyond), 1.0), np.sign(effect) * np.maximum(beyond, 0.0)
