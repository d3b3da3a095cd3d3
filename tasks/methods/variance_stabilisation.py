"""Counts on a scale whose variance does not depend on the mean, from a DESeq2 fit's trend.

Anders & Huber 2010, doi:10.1186/gb-2010-11-10-r106; Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from tasks.methods.deseq2 import Fit
from tasks.methods.dispersion_trend import Trend
from tasks.methods.negative_binomial import Floats

KNOTS = 1000
ANCHORS = (0.95, 0.999)  # quantiles of the features' means where the scale equals log2


def stabilised(fitted: Fit) -> Floats:
    """Features x samples, near log2 of normalised counts where those are large (the fit's design is known to it)."""
    normalised = fitted.counts / fitted.scale.T
    trend = fitted.trend
    if trend.kind == "parametric":
        asymptotic, extra = trend.coefficients
        root = np.sqrt(asymptotic * normalised * (1 + extra + asymptotic * normalised))
        logs = np.log((1 + extra + 2 * asymptotic * normalised + 2 * root) / (4 * asymptotic))
    elif trend.kind == "mean":
        alpha = trend.coefficients[0]
        logs = 2 * np.arcsinh(np.sqrt(alpha * normalised)) - np.log(alpha) - np.log(4)
    else:
        return _integrated(normalised, trend, float(np.exp(-np.log(fitted.scale).mean(axis=1)).mean()))
    return np.asarray(logs / np.log(2), dtype=np.float64)


def _integrated(normalised: Floats, trend: Trend, inverse_size: float) -> Floats:
    """The integral of 1 / sd over the mean, scaled to log2 at two anchors: for a trend without a formula."""
    grid = np.sinh(np.linspace(0, np.arcsinh(normalised.max()), KNOTS))[1:]
    integrand = 1 / np.sqrt(trend(grid) * grid**2 + inverse_size * grid)
    areas = np.cumsum(np.diff(grid) * (integrand[1:] + integrand[:-1]) / 2)
    curve = CubicSpline(np.arcsinh((grid[1:] + grid[:-1]) / 2), areas)
    low, high = np.quantile(normalised.mean(axis=1), ANCHORS)
    at_low, at_high = curve(np.arcsinh(low)), curve(np.arcsinh(high))
    tilt = (np.log2(high) - np.log2(low)) / (at_high - at_low)
    return np.asarray(np.log2(low) + tilt * (curve(np.arcsinh(normalised)) - at_low), dtype=np.float64)
