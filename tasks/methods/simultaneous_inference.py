"""Probabilities of the largest of several differences: Tukey's studentized range and Dunnett's |t|.

Both are double integrals over a normal variable and the scale s of the pooled SD, evaluated by
Gauss-Legendre quadrature on fixed nodes, so that the same data always give the same p-value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

Floats = npt.NDArray[np.float64]

_NODES = 128
_NORMAL_END = 8.5  # beyond it a normal variable has probability 1e-17
_SCALE_TAIL = 1e-16
_CHUNK = 32  # statistics integrated at once
_SAME = 1e-8  # correlations of balanced designs are equal to rounding
_SEED, _POINTS = 20240707, 200_000  # of the lattice for correlations without product structure


@lru_cache(maxsize=1)
def _normal_nodes() -> tuple[Floats, Floats]:
    x, weight = np.polynomial.legendre.leggauss(_NODES)
    z = x * _NORMAL_END
    return z, weight * _NORMAL_END * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


@lru_cache(maxsize=256)
def _scale_nodes(df: float) -> tuple[Floats, Floats]:
    """Nodes and weights of s = sqrt(χ²/df)."""
    x, weight = np.polynomial.legendre.leggauss(_NODES)
    low, high = (float(np.sqrt(stats.chi2.ppf(p, df) / df)) for p in (_SCALE_TAIL, 1 - _SCALE_TAIL))
    s = low + (x + 1) / 2 * (high - low)
    log_density = np.log(2) + df / 2 * np.log(df / 2) - special.gammaln(df / 2) + (df - 1) * np.log(s) - df * s * s / 2
    return s, weight * (high - low) / 2 * np.exp(log_density)


def _averaged(sf: Callable[[Floats], Floats], statistic: Floats, df: float) -> Floats:
    """``sf`` of the scaled statistic, averaged over s."""
    s, weight = _scale_nodes(df)
    flat = statistic.ravel()
    parts = [sf(flat[i : i + _CHUNK, None] * s) @ weight for i in range(0, len(flat), _CHUNK)]
    return np.concatenate(parts).reshape(statistic.shape) if parts else statistic


def studentized_range_sf(q: npt.ArrayLike, groups: int, df: float) -> Floats:
    """P(range of ``groups`` normal means / pooled SD of ``df`` degrees of freedom > q).

    ``df`` may be fractional. The absolute error is about 1e-13.

    Copenhaver & Holland 1988, doi:10.1080/00949658808811082
    """
    z, weight = _normal_nodes()
    above = special.ndtr(z)

    def sf(width: Floats) -> Floats:
        inside = above - special.ndtr(z - width[..., None])
        return np.asarray(groups * ((above ** (groups - 1) - inside ** (groups - 1)) @ weight))

    return np.clip(_averaged(sf, np.asarray(q, dtype=np.float64), df), 0.0, 1.0)


def loadings(correlation: Floats) -> Floats | None:
    """λ with correlation[i, j] = λ_i λ_j for i ≠ j; null where no such λ below 1 in size exists.

    Comparisons with one control have it in independent groups of any sizes and in complete blocks.
    """
    count = len(correlation)
    if count == 1:
        return np.zeros(1)
    if count == 2:  # noqa: PLR2004 -- one correlation is always a product
        root = np.sqrt(abs(correlation[0, 1]))
        found = np.array([root, np.copysign(root, correlation[0, 1])])
    else:
        first, second, third = correlation[0, 1], correlation[0, 2], correlation[1, 2]
        if min(abs(first), abs(second), abs(third)) < _SAME or first * second / third < 0:
            return None
        head = np.sqrt(first * second / third)
        found = np.concatenate([[head], correlation[0, 1:] / head])
    product = np.outer(found, found)
    off = ~np.eye(count, dtype=bool)
    is_product = np.abs(product - correlation)[off].max() < _SAME and np.abs(found).max() < 1 - _SAME
    return found if is_product else None


def largest_t_sf(t: npt.ArrayLike, correlation: Floats, df: float) -> Floats:
    """P(largest |t| of correlated t-statistics > t), two-sided.

    ``correlation``: that of the differences. Correlations that are products are integrated exactly
    (absolute error about 1e-13), others, for whole ``df``, by a lattice rule with a fixed seed (about 1e-5).

    Dunnett 1955, doi:10.1080/01621459.1955.10501294
    """
    statistic = np.abs(np.asarray(t, dtype=np.float64))
    factor = loadings(correlation)
    if factor is None:
        return np.array([_lattice_sf(x, correlation, df) for x in statistic.ravel()]).reshape(statistic.shape)
    z, weight = _normal_nodes()
    rest = np.sqrt(1 - factor**2)
    shift = factor / rest * z[:, None]  # nodes x comparisons

    def sf(width: Floats) -> Floats:
        inside = np.ones((*width.shape, len(z)))
        for i, r in enumerate(rest):
            inside *= special.ndtr(shift[:, i] + width[..., None] / r) - special.ndtr(
                shift[:, i] - width[..., None] / r
            )
        return np.asarray((1 - inside) @ weight)

    return np.clip(_averaged(sf, statistic, df), 0.0, 1.0)


def _lattice_sf(t: float, correlation: Floats, df: float) -> float:
    if np.isnan(t):
        return np.nan
    limit = np.full(len(correlation), t)
    law = stats.multivariate_t(shape=correlation, df=int(df), allow_singular=True, seed=_SEED)
    return 1 - float(law.cdf(limit, lower_limit=-limit, maxpts=_POINTS, random_state=_SEED))


@lru_cache(maxsize=4096)
def studentized_range_isf(alpha: float, groups: int, df: float) -> float:
    """The q that the studentized range exceeds with probability ``alpha``."""

    def excess(q: float) -> float:
        return float(studentized_range_sf(q, groups, df)) - alpha

    return _upper_root(excess, float(np.sqrt(2) * stats.t.isf(alpha / 2, df)))


def largest_t_isf(alpha: float, correlation: Floats, df: float) -> float:
    """The t that the largest |t| exceeds with probability ``alpha``."""
    return _largest_t_isf(alpha, tuple(map(tuple, correlation.tolist())), df)


@lru_cache(maxsize=4096)
def _largest_t_isf(alpha: float, correlation: Sequence[Sequence[float]], df: float) -> float:
    matrix = np.array(correlation)

    def excess(t: float) -> float:
        return float(largest_t_sf(t, matrix, df)) - alpha

    return _upper_root(excess, float(stats.t.isf(alpha / 2, df)))


def _upper_root(excess: Callable[[float], float], start: float) -> float:
    """Root of a falling function at or above ``start``, where it is not negative but for rounding."""
    high = start
    while excess(high) > 0:
        high *= 2
    if high == start:
        return start
    return float(optimize.brentq(excess, start, high, xtol=1e-10, rtol=1e-12))
