"""A variance prior that a few hypervariable features do not shape, and that does not shape them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import brentq
from scipy.special import betainc, betaln, chdtrc, hyp2f1

from tasks.methods.lowess import lowess
from tasks.methods.variance_prior import VariancePrior, variance_prior

Floats = npt.NDArray[np.float64]
TAILS = (0.05, 0.1)  # shares of the log variances pulled in, at the lower and the upper end
SPAN = 0.4
_NODES = 128
_MIN_FEATURES = 3
_OFFSET = 1e-12  # variances below this share of the median count as it


def robust_variance_prior(variances: Floats, residual_df: int, covariate: Floats | None = None) -> VariancePrior:
    """Prior fitted to Winsorised log variances, as limma's ``fitFDistRobustly`` fits it.

    Arguments as in ``variance_prior``; along a covariate the centre is a lowess curve. Features
    whose variance is larger than the prior explains get fewer prior degrees of freedom, down to
    those at which the largest variance is the median.

    Phipson, Lee, Majewski, Alexander & Smyth 2016, doi:10.1214/16-AOAS920
    """
    n = len(variances)
    plain = variance_prior(variances, residual_df, covariate)
    median = float(np.median(variances))
    if n < _MIN_FEATURES or max(TAILS) < 1 / n or median <= 0:
        return plain
    logs = np.log(np.maximum(variances, median * _OFFSET))
    centre = np.full(n, stats.trim_mean(logs, TAILS[1])) if covariate is None else _curve(covariate, logs)
    residuals = logs - centre
    pulled = np.clip(residuals, *np.quantile(residuals, [TAILS[0], 1 - TAILS[1]]))
    spread = float(pulled.var(ddof=1))
    if spread <= _moments(residual_df, np.inf)[1]:
        return _all_alike(logs, centre + pulled.mean() - _moments(residual_df, np.inf)[0], residual_df)
    lowest = float(plain.df[0])
    if np.isinf(lowest):
        return plain
    df = _matching_df(spread, residual_df, lowest)
    centre = centre + pulled.mean() - _moments(residual_df, df)[0]
    return VariancePrior(np.exp(centre), _shrunken_df(np.exp(logs - centre), residual_df, df))


def _curve(covariate: Floats, logs: Floats) -> Floats:
    order = np.argsort(covariate, kind="stable")
    centre = np.empty(len(logs))
    centre[order] = lowess(covariate[order], logs[order], span=SPAN)
    return centre


def _moments(df1: float, df2: float) -> tuple[float, float]:
    """Mean and variance of a Winsorised log F variable, by Gauss-Legendre quadrature on F / (1 + F)."""
    if np.isinf(df2):
        ends = np.asarray(stats.chi2.ppf([TAILS[0], 1 - TAILS[1]], df1)) / df1
    else:
        ends = np.asarray(stats.f.ppf([TAILS[0], 1 - TAILS[1]], df1, df2))
    low, high = (float(end) for end in ends / (1 + ends))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    at = low + (high - low) * (nodes + 1) / 2
    values = at / (1 - at)
    density = stats.chi2.pdf(values * df1, df1) * df1 if np.isinf(df2) else stats.f.pdf(values, df1, df2)
    shares = (high - low) * weights / 2 * density / (1 - at) ** 2
    mean = float(shares @ np.log(values) + np.log(ends) @ TAILS)
    return mean, float(shares @ (np.log(values) - mean) ** 2 + (np.log(ends) - mean) ** 2 @ TAILS)


def _matching_df(spread: float, residual_df: int, lowest: float) -> float:
    """Prior degrees of freedom whose Winsorised variance is ``spread``, not below ``lowest``."""

    def excess(share: float) -> float:
        return float(np.log(spread / _moments(residual_df, share / (1 - share) if share < 1 else np.inf)[1]))

    low = lowest / (1 + lowest)
    if excess(low) >= 0:
        return lowest
    root = brentq(excess, low, 1.0, xtol=1e-12)
    return float(root / (1 - root))


def _all_alike(logs: Floats, centre: Floats, residual_df: int) -> VariancePrior:
    """Infinite prior degrees of freedom, except for features with more variance than chance gives."""
    n = len(logs)
    ratios = np.exp(logs - centre)
    tails = chdtrc(residual_df, ratios * residual_df)
    typical = np.minimum(tails / ((n - stats.rankdata(ratios) + 0.5) / n), 1)
    df = np.full(n, np.inf)
    if (typical < 1).any():
        df[typical < 1] = typical[typical < 1] * n * residual_df
        order = np.argsort(tails, kind="stable")
        df[order] = np.maximum.accumulate(df[order])
    return VariancePrior(np.exp(centre), df)


def _shrunken_df(ratios: Floats, df1: int, df2: float) -> Floats:
    """Prior degrees of freedom of each feature: fewer, the less its variance fits the prior."""
    n = len(ratios)
    tails = _log_tail(ratios, df1, df2)
    typical = np.minimum(tails - np.log((n - stats.rankdata(ratios) + 0.5) / n), 0)
    if not (typical < 0).any():
        return np.full(n, df2)
    # the df at which the largest ratio is the median: the log tail is nearly straight in them
    outlier = np.log(0.5) / tails.min() * df2
    outlier *= np.log(0.5) / float(_log_tail(ratios.max(keepdims=True), df1, outlier)[0])
    shrunken: Floats = np.exp(typical) * df2 - np.expm1(typical) * outlier
    order = np.argsort(tails, kind="stable")
    ordered = shrunken[order]
    running = np.cumsum(ordered) / np.arange(1, n + 1)
    lowest = int(running.argmin())
    ordered[: lowest + 1] = running[lowest]
    shrunken[order] = np.maximum.accumulate(ordered)
    return shrunken


def _log_tail(ratios: Floats, df1: float, df2: float) -> Floats:
    """Logarithm of P(F > ratio), also where the probability is too small for a number."""
    a, b, x = df2 / 2, df1 / 2, df2 / (df2 + df1 * ratios)
    with np.errstate(divide="ignore"):
        tails: Floats = np.log(betainc(a, b, x))
    lost = np.isneginf(tails)
    if lost.any():
        y = x[lost]
        series = np.log(hyp2f1(a + b, 1, a + 1, y))
        tails[lost] = a * np.log(y) + b * np.log1p(-y) - np.log(a) - betaln(a, b) + series
    return tails
