"""Logicle and hyperlog: scales that are logarithmic for bright events and linear around zero.

Both are defined by their inverse, which has a closed form above zero; as in the authors' code, negative values mirror
positive ones around the position of zero. The scale itself is found by Halley's method from a table of the inverse, all
events at once.

Moore & Parks 2012, doi:10.1002/cyto.a.22030; Bagwell 2005, doi:10.1002/cyto.a.20114; Gating-ML 2.0, Spidlen et al.
2015, doi:10.1002/cyto.a.22690
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Array = npt.NDArray[np.float64]
LN_10 = math.log(10)
MOST_DECADES, MOST_VALUE = 50, 1e30  # no instrument comes near; beyond, exponentials overflow
_NODES = 4097
_MOST_STEPS = 30
_CLOSE = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class _Biexponential:
    """Parameters of Gating-ML: top of scale T, decades of linear width W, decades M, extra negative decades A."""

    t: float
    w: float
    m: float
    a: float = 0.0

    def __post_init__(self) -> None:
        """Refuse parameters that define no scale."""
        if not all(math.isfinite(v) for v in (self.t, self.w, self.m, self.a)):
            raise ValueError("T, W, M and A must be numbers")
        if self.t <= 0 or self.m <= 0 or self.w < 0 or 2 * self.w > self.m or not -self.w <= self.a <= self.m:
            message = "T > 0, M > 0, 0 <= W <= M/2 and -W <= A <= M are required"
            raise ValueError(f"{message}; T={self.t:g}, W={self.w:g}, M={self.m:g}, A={self.a:g} were given")
        if self.m > MOST_DECADES or self.t > MOST_VALUE:
            raise ValueError(f"M up to {MOST_DECADES} decades and T up to {MOST_VALUE:g} are supported")

    @property
    def _zeros(self) -> tuple[float, float, float, float]:
        """Width and positions on the scale: w, x2 (A's), x1 (of value 0), x0 (end of the linear part)."""
        w, x2 = self.w / (self.m + self.a), self.a / (self.m + self.a)
        return w, x2, x2 + w, x2 + 2 * w

    @property
    def _b(self) -> float:
        return (self.m + self.a) * LN_10


@dataclass(frozen=True)
class Logicle(_Biexponential):
    """Logicle: the value T is 1, large values are as on a logarithmic scale of M decades, 0 is in the linear part."""

    @cached_property
    def _constants(self) -> tuple[float, float, float, float, float]:
        w, _, x1, x0 = self._zeros
        b = self._b
        d = _decay(b, w)
        c_a = math.exp(x0 * (b + d))
        f_a = math.exp(b * x1) - c_a / math.exp(d * x1)
        a = self.t / (math.exp(b) - f_a - c_a / math.exp(d))
        return a, b, c_a * a, d, f_a * a

    def apply(self, values: Array) -> Array:
        """Positions of values on the scale; NaN stays NaN."""
        a, b, c, d, _ = self._constants

        def slopes(y: Array) -> tuple[Array, Array, Array]:
            up, down = a * np.exp(b * y), c * np.exp(-d * y)
            return up - down, b * up + d * down, b * b * up - d * d * down

        return _solved(np.asarray(values, np.float64), self._above, slopes, self._constants[4], self._zeros[2])

    def inverse(self, positions: Array) -> Array:
        """Values at positions of the scale."""
        return _mirrored(np.asarray(positions, np.float64), self._above, self._zeros[2])

    def _above(self, y: Array) -> Array:
        a, b, c, d, f = self._constants
        return np.asarray(a * np.exp(b * y) - c * np.exp(-d * y) - f)


@dataclass(frozen=True)
class Hyperlog(_Biexponential):
    """Hyperlog: the sum of an exponential and a line; W > 0."""

    def __post_init__(self) -> None:
        """Refuse parameters that define no scale."""
        super().__post_init__()
        if self.w <= 0:
            raise ValueError("hyperlog requires W > 0")

    @cached_property
    def _constants(self) -> tuple[float, float, float, float]:
        w, _, x1, x0 = self._zeros
        b = self._b
        c_a = math.exp(b * x0) / w
        f_a = math.exp(b * x1) + c_a * x1
        a = self.t / (math.exp(b) + c_a - f_a)
        return a, b, c_a * a, f_a * a

    def apply(self, values: Array) -> Array:
        """Positions of values on the scale; NaN stays NaN."""
        a, b, c, f = self._constants

        def slopes(y: Array) -> tuple[Array, Array, Array]:
            up = a * np.exp(b * y)
            return up + c * y, b * up + c, b * b * up

        return _solved(np.asarray(values, np.float64), self._above, slopes, f, self._zeros[2])

    def inverse(self, positions: Array) -> Array:
        """Values at positions of the scale."""
        return _mirrored(np.asarray(positions, np.float64), self._above, self._zeros[2])

    def _above(self, y: Array) -> Array:
        a, b, c, f = self._constants
        return np.asarray(a * np.exp(b * y) + c * y - f)


def _decay(b: float, w: float) -> float:
    """The exponent d of logicle's negative branch: the root of 2 (ln d - ln b) + w (b + d) in (0, b]."""
    if w == 0:
        return b
    return float(brentq(lambda d: 2 * (math.log(d) - math.log(b)) + w * (b + d), 1e-300, b, xtol=1e-16, rtol=_CLOSE))


def _mirrored(y: Array, above: Callable[[Array], Array], zero: float) -> Array:
    found = above(np.abs(y - zero) + zero)
    return np.where(y < zero, -found, found)


def _solved(
    x: Array,
    above: Callable[[Array], Array],
    slopes: Callable[[Array], tuple[Array, Array, Array]],
    shift: float,
    zero: float,
) -> Array:
    """Solve ``above(y) = |x|`` and mirror at ``zero``; ``slopes`` gives above + shift and its two derivatives."""
    finite = np.isfinite(x)
    if not finite.all():
        found = np.array(x, np.float64)
        found[finite] = _solved(x[finite], above, slopes, shift, zero)
        return found
    if not x.size:
        return x.copy()
    target = np.abs(x)
    y = _guess(target, above, zero)
    target += shift
    for _ in range(_MOST_STEPS):
        value, first, second = slopes(y)
        value -= target
        value /= first
        second *= value
        second /= first
        second *= -0.5
        second += 1
        value /= second
        y -= value
        if max(float(value.max()), -float(value.min())) <= 1e-6:  # noqa: PLR2004 -- the error left is its cube
            break
    negative = x < 0
    np.subtract(2 * zero, y, out=y, where=negative)
    return y


def _guess(x: Array, above: Callable[[Array], Array], zero: float) -> Array:
    high, most = 1.0, float(x.max())
    while float(above(np.array([high]))[0]) < most:
        high *= 1.25
    nodes = np.linspace(zero, high, _NODES)
    return np.interp(x, above(nodes), nodes)
