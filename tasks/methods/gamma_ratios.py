"""Ratios of gamma functions as the negative-binomial likelihood has them, for whole arrays.

Γ(count + size) / Γ(size) by Stirling's series of both; where a size is below eight both are lifted by eight, from
where the series are good to 2e-12. Two or three logarithms a count replace three log-gammas; and nothing cancels
when the size is huge (counts without overdispersion), where the difference of two log-gammas keeps no digit.

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
    """Log of Γ(count + size) / Γ(size): exactly 0 for a count of 0. ``size``: one per column of ``counts``, > 0.

    Quicker where no size is below ``LIFT``.
    """
    value, _, _ = _stirling(counts, size + _lift(size))
    if _lift(size):
        _, product = _products(counts + size)
        value -= np.log(product / _products(size)[1])
    return value


def log_rise_and_slope(counts: Floats, size: Floats) -> tuple[Floats, Floats]:
    """``log_rise`` and its derivative by ``size``, digamma(count + size) - digamma(size)."""
    base = size + _lift(size)
    value, slope, inverse = _stirling(counts, base)
    slope += _digamma_rest(inverse) - _digamma_rest(1 / base)
    if _lift(size):
        z = counts + size
        (u, product), (u_of_size, product_of_size) = _products(z), _products(size)
        value -= np.log(product / product_of_size)
        z *= 2
        z += LIFT - 1
        z *= _polynomial(_PRODUCT_SLOPE, u)
        z /= product
        slope -= z
        slope += (2 * size + LIFT - 1) * _polynomial(_PRODUCT_SLOPE, u_of_size) / product_of_size
    return value, slope


def _lift(size: Floats) -> float:
    """How far arguments are moved up to where the series holds."""
    return LIFT if (size < LIFT).any() else 0.0


def _stirling(counts: Floats, base: Floats) -> tuple[Floats, Floats, Floats]:
    """Log of Γ(count + base) / Γ(base) for bases from ``LIFT`` on, log of the arguments' ratio, 1 / upper argument."""
    upper = counts + base
    grown = np.log1p(counts / base)
    inverse = 1 / upper
    value = upper
    value -= 0.5
    value *= grown
    value += counts * (np.log(base) - 1)
    value += _log_gamma_rest(inverse) - _log_gamma_rest(1 / base)
    return value, grown, inverse


def _products(z: Floats) -> tuple[Floats, Floats]:
    """Give u = z (z + 7) and z (z + 1) ... (z + 7)."""
    u = z + (LIFT - 1)
    u *= z
    return u, _polynomial(_PRODUCT, u)


def _polynomial(coefficients: Sequence[float], at: Floats) -> Floats:
    """Horner's rule in place: highest power first."""
    value = at * coefficients[0]
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= at
    value += coefficients[-1]
    return value


def _log_gamma_rest(inverse: Floats) -> Floats:
    """What log Γ(z) has beyond (z - 1/2) log z - z + log(2π) / 2, from 1 / z."""
    value = _polynomial(_LOG_GAMMA, inverse * inverse)
    value *= inverse
    return value


def _digamma_rest(inverse: Floats) -> Floats:
    """What digamma(z) has beyond log z, from 1 / z."""
    value = _polynomial(_DIGAMMA, inverse * inverse)
    value *= inverse
    value -= 0.5
    value *= inverse
    return value
