"""Dispersions of many genes at once, by the ascent that DESeq2 takes. Counts and means are samples x genes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln

from tasks.methods.negative_binomial import Flags, Floats, log_likelihood, weighted_cross

Genes = npt.NDArray[np.int64]

GRID = 20
ASCENT_STEPS = 100
ARMIJO = 1e-4
ASCENT_SETTLED = 1e-6
LOG_LIMITS = (-30.0, 10.0)
LOG_STOP = float(np.log(1e-9))  # a tenth of the lower bound of dispersion: no use in going on


def fit_dispersions(
    counts: Floats, design: Floats, mu: Floats, start: Floats, *, trend: Floats | None, prior_variance: float
) -> tuple[Floats, Flags]:
    """Dispersion of each gene by ascent of its Cox-Reid adjusted profile likelihood from ``start``.

    With ``trend`` log dispersion has a normal prior of ``prior_variance`` around it (maximum a
    posteriori). The ascent is DESeq2's, step by step (gradient steps on log dispersion, halved until
    they pay), because where the likelihood is flat the result is where the ascent stops: a gene that
    starts without overdispersion stays there unless its counts clearly object. Returns dispersions
    (not bounded) and which genes settled; an estimate that gains less than a millionth stays at its start.

    Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
    """
    constant = (gammaln(counts + 1) - counts * np.log(mu)).sum(axis=0)
    prior = None if trend is None else np.log(trend)

    def height(at: Floats, genes: Genes) -> Floats:
        alpha, m = np.exp(at), mu[:, genes]
        value = log_likelihood(counts[:, genes], m, alpha) + constant[genes]
        value -= 0.5 * np.linalg.slogdet(weighted_cross(design, m / (1 + m * alpha)))[1]
        pull = 0.0 if prior is None else (at - prior[genes]) ** 2 / (2 * prior_variance)
        return np.asarray(value - pull, dtype=np.float64)

    def slope(at: Floats, genes: Genes) -> Floats:
        alpha, m = np.exp(at), mu[:, genes]
        weights = m / (1 + m * alpha)
        inverse = np.linalg.inv(weighted_cross(design, weights))
        adjustment = 0.5 * np.einsum("gij,gji->g", inverse, weighted_cross(design, weights**2)) * alpha
        value = _likelihood_slope(counts[:, genes], m, alpha) + adjustment
        pull = 0.0 if prior is None else (at - prior[genes]) / prior_variance
        return np.asarray(value - pull, dtype=np.float64)

    position, settled, gain, first = _ascend(np.log(start), height, slope)
    kept = gain < np.abs(first) / 1e6 if trend is None else np.zeros_like(settled)
    return np.where(kept, start, np.exp(position)), settled


def _likelihood_slope(counts: Floats, mu: Floats, alpha: Floats) -> Floats:
    """Derivative of the log-likelihood by log dispersion."""
    size = 1 / alpha
    scaled = mu * alpha
    terms = digamma(size) - digamma(counts + size) + np.log1p(scaled) - scaled / (1 + scaled)
    total: Floats = (terms * size + counts / (1 + scaled)).sum(axis=0)
    return total


def _ascend(
    start: Floats, height: Callable[[Floats, Genes], Floats], slope: Callable[[Floats, Genes], Floats]
) -> tuple[Floats, Flags, Floats, Floats]:
    """Gradient ascent with Armijo's rule; position, whether it settled, gain and first height of each gene."""
    at, genes = start.copy(), np.arange(len(start))
    here = first = height(at, genes)
    here, first = here.copy(), first.copy()
    gradient, step = slope(at, genes), np.ones(len(start))
    accepted = np.zeros(len(start), dtype=np.int64)
    iterations = np.zeros(len(start), dtype=np.int64)
    for _ in range(ASCENT_STEPS):
        iterations[genes] += 1
        way = gradient[genes]
        with np.errstate(divide="ignore", invalid="ignore"):
            proposal = at[genes] + step[genes] * way
            step[genes] = np.where(proposal < LOG_LIMITS[0], (LOG_LIMITS[0] - at[genes]) / way, step[genes])
            step[genes] = np.where(proposal > LOG_LIMITS[1], (LOG_LIMITS[1] - at[genes]) / way, step[genes])
        there = height(at[genes] + step[genes] * way, genes)
        pays = there >= here[genes] + step[genes] * ARMIJO * way**2
        step[genes[~pays]] /= 2
        moved, arrived = genes[pays], there[pays]
        at[moved] += step[moved] * gradient[moved]
        change = arrived - here[moved]
        accepted[moved] += 1
        is_settled, is_out = change < ASCENT_SETTLED, at[moved] < LOG_STOP
        # as in R a last step out of bounds is no gain: a gene that overshoots at once returns to its start
        here[moved] = np.where(is_out & ~is_settled, here[moved], arrived)
        is_done = is_settled | is_out
        going = moved[~is_done]
        if len(going):
            gradient[going] = slope(at[going], going)
            step[going] = np.minimum(step[going] * 1.1, 1.0)
            step[going] = np.where(accepted[going] % 5 == 0, step[going] / 2, step[going])
        genes = np.setdiff1d(genes, moved[is_done], assume_unique=True)
        if not len(genes):
            break
    return at, (iterations < ASCENT_STEPS) & (iterations > 1), here - first, first


def dispersions_on_grid(
    counts: Floats,
    design: Floats,
    mu: Floats,
    *,
    bounds: tuple[float, float],
    trend: Floats | None,
    prior_variance: float,
) -> Floats:
    """Dispersion of each gene at the highest point of a grid, refined once around it.

    For genes whose ascent does not settle.
    """
    grid = np.linspace(np.log(bounds[0]), np.log(bounds[1]), GRID)

    def heights(points: Floats) -> Floats:
        rows = []
        for point in points:
            alpha = np.exp(np.broadcast_to(point, (counts.shape[1],)))
            value = log_likelihood(counts, mu, alpha)
            value = value - 0.5 * np.linalg.slogdet(weighted_cross(design, mu / (1 + mu * alpha)))[1]
            rows.append(value if trend is None else value - np.log(alpha / trend) ** 2 / (2 * prior_variance))
        return np.array(rows)

    top = grid[heights(grid[:, None]).argmax(axis=0)]
    delta = grid[1] - grid[0]
    fine = top + np.linspace(-delta, delta, GRID)[:, None]
    found: Floats = np.exp(fine[heights(fine).argmax(axis=0), np.arange(len(top))])
    return found
