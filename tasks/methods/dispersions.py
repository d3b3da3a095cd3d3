"""Dispersions of many genes at once, by the ascent that DESeq2 takes. Counts and means are samples x genes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from tasks.methods.gamma_ratios import LIFT, log_rise_and_slope
from tasks.methods.negative_binomial import Flags, Floats, pair_products
from tasks.methods.small_systems import inverses, log_determinants, lower_factors, symmetric

Genes = npt.NDArray[np.int64]

KEPT_SHARE = 0.75
BLOCK = 12000  # counts worked on at once: the dozen arrays that they make stay in the cache
GRID = 20
LARGE = 10.0
LOG_ROOT_TWO_PI = 0.918938533204672741780329736406
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
    prior = None if trend is None else np.log(trend)

    pool = _Pool(counts, mu)

    def profile(at: Floats, genes: Genes) -> tuple[Floats, Floats]:
        columns = pool.columns(genes)
        value, slope = adjusted_likelihood(pool.counts, design, pool.mu, np.exp(at), columns)
        if prior is not None:
            away = at - prior[genes]
            value, slope = value - away**2 / (2 * prior_variance), slope - away / prior_variance
        return value, slope

    position, settled, gain, first = _ascend(np.log(start), profile)
    kept = gain < np.abs(first) / 1e6 if trend is None else np.zeros_like(settled)
    return np.where(kept, start, np.exp(position)), settled


class _Pool:
    """Counts and means of the genes under way, copied together whenever a quarter of them has settled.

    Few columns picked out of many, again and again, would cost more than what is computed of them.
    """

    def __init__(self, counts: Floats, mu: Floats) -> None:
        self.counts, self.mu = counts, mu
        self._genes: Genes = np.arange(counts.shape[1])

    def columns(self, genes: Genes) -> Genes:
        """Where ``genes`` (ascending, of those asked for last time) stand in ``counts`` and ``mu``."""
        found = np.searchsorted(self._genes, genes)
        if len(genes) > KEPT_SHARE * len(self._genes):
            return found
        self.counts, self.mu, self._genes = self.counts.take(found, axis=1), self.mu.take(found, axis=1), genes
        return np.arange(len(genes))


def adjusted_likelihood(
    counts: Floats, design: Floats, mu: Floats, alpha: Floats, genes: Genes
) -> tuple[Floats, Floats]:
    """Cox-Reid adjusted log-likelihood of the dispersions of some genes, and its derivative by log dispersion.

    ``genes``: columns of counts and means; ``alpha``: dispersion of each. Terms that depend on counts and means
    alone are left out. Height and slope share most of the work, and nearly every point whose height
    is asked for becomes one whose slope is.
    """
    size = 1 / alpha
    is_large = size >= LIFT
    if is_large.any() and not is_large.all():  # apart, for the larger ones take less work
        value, slope = np.empty_like(size), np.empty_like(size)
        for part in (is_large, ~is_large):
            value[part], slope[part] = adjusted_likelihood(counts, design, mu, alpha[part], genes[part])
        return value, slope
    value, slope = np.zeros_like(size), np.zeros_like(size)
    pairs = pair_products(design)
    cross, cross_of_squares = np.zeros((2, pairs.shape[1], len(genes)))
    rows = max(1, BLOCK // max(1, len(genes)))
    is_all = len(genes) == counts.shape[1]
    for start in range(0, len(counts), rows):
        some = slice(start, start + rows)
        y, m = (of[some] if is_all else of[some].take(genes, axis=1) for of in (counts, mu))
        terms, growth = log_rise_and_slope(y, size)
        odds = m * alpha
        logs = np.log1p(odds)
        terms -= (y + size) * logs
        odds += 1
        value += terms.sum(axis=0)
        value += y.sum(axis=0) * np.log(alpha)
        logs -= growth
        logs *= size
        logs += (y - m) / odds
        slope += logs.sum(axis=0)
        weights = np.divide(m, odds, out=odds)
        cross += pairs[some].T @ weights
        weights *= weights
        cross_of_squares += pairs[some].T @ weights
    lower = lower_factors(symmetric(cross))
    value -= 0.5 * log_determinants(lower)
    slope += 0.5 * alpha * np.einsum("ijg,ijg->g", inverses(lower), symmetric(cross_of_squares))
    return value, slope


def _ascend(
    start: Floats, profile: Callable[[Floats, Genes], tuple[Floats, Floats]]
) -> tuple[Floats, Flags, Floats, Floats]:
    """Gradient ascent with Armijo's rule; position, whether it settled, gain and first height of each gene.

    ``profile`` gives height and slope of the genes at positions.
    """
    at, genes = start.copy(), np.arange(len(start))
    here, gradient = profile(at, genes)
    first, step = here.copy(), np.ones(len(start))
    accepted = np.zeros(len(start), dtype=np.int64)
    iterations = np.zeros(len(start), dtype=np.int64)
    for _ in range(ASCENT_STEPS):
        iterations[genes] += 1
        way = gradient[genes]
        with np.errstate(divide="ignore", invalid="ignore"):
            proposal = at[genes] + step[genes] * way
            step[genes] = np.where(proposal < LOG_LIMITS[0], (LOG_LIMITS[0] - at[genes]) / way, step[genes])
            step[genes] = np.where(proposal > LOG_LIMITS[1], (LOG_LIMITS[1] - at[genes]) / way, step[genes])
        there, slopes = profile(at[genes] + step[genes] * way, genes)
        pays = there >= here[genes] + step[genes] * ARMIJO * way**2
        step[genes[~pays]] /= 2
        moved, arrived = genes[pays], there[pays]
        at[moved] += step[moved] * gradient[moved]
        gradient[moved] = slopes[pays]
        change = arrived - here[moved]
        accepted[moved] += 1
        is_settled, is_out = change < ASCENT_SETTLED, at[moved] < LOG_STOP
        # as in R a last step out of bounds is no gain: a gene that overshoots at once returns to its start
        here[moved] = np.where(is_out & ~is_settled, here[moved], arrived)
        is_done = is_settled | is_out
        going = moved[~is_done]
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
            value = _rounded_likelihood(counts, design, mu, alpha)
            rows.append(value if trend is None else value - np.log(alpha / trend) ** 2 / (2 * prior_variance))
        return np.array(rows)

    top = grid[heights(grid[:, None]).argmax(axis=0)]
    delta = grid[1] - grid[0]
    fine = top + np.linspace(-delta, delta, GRID)[:, None]
    found: Floats = np.exp(fine[heights(fine).argmax(axis=0), np.arange(len(top))])
    return found


def _rounded_likelihood(counts: Floats, design: Floats, mu: Floats, alpha: Floats) -> Floats:
    """The adjusted log-likelihood with the rounding errors of R's formula.

    Towards dispersion 0 the likelihood of many genes is flat to the seventh digit, where R's differences of large
    gamma functions err: which point of the grid is highest is then a matter of these errors.
    """
    size = 1 / alpha
    terms = _log_gamma(counts + size) - _log_gamma(size)
    terms = terms - counts * np.log(mu + size) - size * np.log(1.0 + mu * alpha)
    total = np.zeros(counts.shape[1])
    for row in terms:  # one after the other, as R adds
        total += row
    weights = 1 / (1 / mu + alpha)
    cross = symmetric(pair_products(design).T @ weights)
    return np.asarray(total - 0.5 * log_determinants(lower_factors(cross)), dtype=np.float64)


def _log_gamma(x: Floats) -> Floats:
    """Log of the gamma function in the order of R's arithmetic, for arguments above 10."""
    large = np.maximum(x, LARGE)
    series = LOG_ROOT_TWO_PI + (large - 0.5) * np.log(large) - large + (1 - 1 / (30 * large**2)) / (12 * large)
    return np.where(x > LARGE, series, gammaln(x))
