"""Ratios of gamma functions as the negative-binomial likelihood has them, for whole arrays.

Γ(count + size) / Γ(size) by Stirling's series of both, lifted by eight where the series is exact to rounding
error. Two logarithms a count replace three log-gammas; and nothing cancels when the size is huge (counts
without overdispersion), where the difference of two log-gammas keeps no digit.

Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 6.1.15, 6.1.40, 6.3.5 and 6.3.18
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LIFT = 8.0
# Stirling's series in 1 / z^2, highest power first: times 1 / z for log-gamma, times 1 / z^2 for digamma
_LOG_GAMMA = (1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
_DIGAMMA = (-1 / 132, 1 / 240, -1 / 252, 1 / 120, -1 / 12)
# z (z + 1) ... (z + 7) is a polynomial in u = z (z + 7); and its derivative by u
_PRODUCT = (1.0, 28.0, 252.0, 720.0, 0.0)
_PRODUCT_SLOPE = (4.0, 84.0, 504.0, 720.0)


def log_rise(counts: Floats, size: Floats) -> Floats:
    """Log of Γ(count + size) / Γ(size): exactly 0 for a count of 0. ``size``: one per column of ``counts``, > 0."""
    return _risen(counts, size)[0]


def log_rise_and_slope(counts: Floats, size: Floats) -> tuple[Floats, Floats]:
    """``log_rise`` and its derivative by ``size``, digamma(count + size) - digamma(size)."""
    value, grown, lifted, u, product = _risen(counts, size)
    slope = grown
    slope += _digamma_rest(lifted) - _digamma_rest(size + LIFT)
    lifted *= 2
    lifted -= 2 * LIFT - 7
    lifted *= _polynomial(_PRODUCT_SLOPE, u)
    lifted /= product
    slope -= lifted
    base = size * (size + 7)
    slope += (2 * size + 7) * _polynomial(_PRODUCT_SLOPE, base) / _polynomial(_PRODUCT, base)
    return value, slope


def _risen(counts: Floats, size: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """``log_rise`` and what the slope is made of: log(lifted / lifted size), lifted argument, u and its product."""
    base = size + LIFT
    lifted = counts + base
    grown = np.log1p(counts / base)
    value = lifted - 0.5
    value *= grown
    value += counts * (np.log(base) - 1)
    value += _log_gamma_rest(lifted) - _log_gamma_rest(base)
    z = counts + size
    u = z + 7
    u *= z
    product = _polynomial(_PRODUCT, u)
    value -= np.log(product / _polynomial(_PRODUCT, size * (size + 7)))
    return value, grown, lifted, u, product


def _polynomial(coefficients: Sequence[float], at: Floats) -> Floats:
    """Horner's rule in place: highest power first."""
    value = at * coefficients[0]
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= at
    value += coefficients[-1]
    return value


def _log_gamma_rest(z: Floats) -> Floats:
    """What log Γ(z) has beyond (z - 1/2) log z - z + log(2π) / 2."""
    inverse = 1 / z
    value = _polynomial(_LOG_GAMMA, inverse * inverse)
    value *= inverse
    return value


def _digamma_rest(z: Floats) -> Floats:
    """What digamma(z) has beyond log z."""
    inverse = 1 / z
    square = inverse * inverse
    value = _polynomial(_DIGAMMA, square)
    value *= square
    inverse /= 2
    value -= inverse
    return value
