"""Scales of flow cytometry: from linear intensities to positions on an axis, and back.

Gating-ML 2.0, Spidlen et al. 2015, doi:10.1002/cyto.a.22690
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tasks.methods.biexponential import LN_10, MOST_DECADES, MOST_VALUE, Hyperlog, Logicle

Array = npt.NDArray[np.float64]
BIEX_CHANNELS = 4096


class Transform(Protocol):
    """A monotone scale; both ways take and give arrays of any length."""

    def apply(self, values: Array) -> Array:
        """Positions of linear values."""
        ...

    def inverse(self, positions: Array) -> Array:
        """Linear values at positions."""
        ...


@dataclass(frozen=True)
class Linear:
    """(x + A) / (T + A)."""

    t: float
    a: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a scale without length."""
        if not self.t + self.a > 0:
            raise ValueError("a linear scale requires T + A > 0")

    def apply(self, values: Array) -> Array:
        """Positions of linear values."""
        return (values + self.a) / (self.t + self.a)

    def inverse(self, positions: Array) -> Array:
        """Linear values at positions."""
        return positions * (self.t + self.a) - self.a


@dataclass(frozen=True)
class Log:
    """log10(x / T) / M + 1; values of 0 and less have no position (-inf, NaN)."""

    t: float
    m: float

    def __post_init__(self) -> None:
        """Refuse parameters that define no scale."""
        if not (self.t > 0 and self.m > 0):
            raise ValueError("a logarithmic scale requires T > 0 and M > 0")

    def apply(self, values: Array) -> Array:
        """Positions of linear values."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return (1.0 / self.m) * np.log10(values / self.t) + 1.0

    def inverse(self, positions: Array) -> Array:
        """Linear values at positions."""
        return np.asarray(self.t * 10.0 ** ((positions - 1.0) * self.m))


@dataclass(frozen=True)
class FlowJoLog:
    """FlowJo's log: decades above an offset, to which smaller values are raised."""

    offset: float
    decades: float

    def __post_init__(self) -> None:
        """Refuse parameters that define no scale."""
        if not (self.offset > 0 and self.decades > 0):
            raise ValueError("FlowJo's logarithmic scale requires an offset and decades above 0")

    def apply(self, values: Array) -> Array:
        """Positions of linear values."""
        raised = np.where(values < self.offset, self.offset, values)
        return np.asarray(1.0 / self.decades * (np.log10(raised) - np.log10(self.offset)))

    def inverse(self, positions: Array) -> Array:
        """Linear values at positions."""
        return np.asarray(self.offset * 10.0 ** (positions * self.decades))


@dataclass(frozen=True)
class Arcsinh:
    """(asinh(x sinh(M ln 10) / T) + A ln 10) / ((M + A) ln 10)."""

    t: float
    m: float
    a: float = 0.0

    def __post_init__(self) -> None:
        """Refuse parameters that define no scale."""
        if not (self.t > 0 and 0 < self.m <= MOST_DECADES and self.m + self.a > 0):
            raise ValueError(f"arcsinh requires T > 0, 0 < M <= {MOST_DECADES} and M + A > 0")

    def apply(self, values: Array) -> Array:
        """Positions of linear values."""
        scale = np.sinh(self.m * LN_10) / self.t
        return np.asarray((np.arcsinh(values * scale) + self.a * LN_10) / ((self.m + self.a) * LN_10))

    def inverse(self, positions: Array) -> Array:
        """Linear values at positions."""
        scale = np.sinh(self.m * LN_10) / self.t
        return np.asarray(np.sinh(positions * ((self.m + self.a) * LN_10) - self.a * LN_10) / scale)


@dataclass(frozen=True)
class Biex:
    """FlowJo's biexponential axis of 4,096 channels: values between table entries by straight lines, others clipped.

    The table is FlowJo's own (as cytolib and FlowKit publish it), which no formula of a paper gives.
    """

    negative: float = 0.0
    width: float = -10.0
    positive: float = 4.418540
    top: float = 262144.000029

    def __post_init__(self) -> None:
        """Refuse parameters that define no scale."""
        if not (self.width < -1 and 0 < self.positive <= MOST_DECADES and 0 < self.top <= MOST_VALUE):
            raise ValueError("FlowJo's biex requires width < -1, pos > 0 and maxRange > 0")
        if not abs(self.negative) <= MOST_DECADES:
            raise ValueError(f"FlowJo's biex requires neg up to {MOST_DECADES} decades")
        if self.positive <= math.log10(-self.width) / 2:
            raise ValueError("FlowJo's biex requires more positive decades than the width takes")

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        half = math.log10(-self.width) / 2
        decades, extra = self.positive - half, max(self.negative, 0.0) + half
        zero = min(int(extra * BIEX_CHANNELS / (extra + decades)), BIEX_CHANNELS // 2)
        if zero > 0:
            decades = extra * BIEX_CHANNELS / zero
        width = half / decades
        rise = LN_10 * decades
        fall = _negative_range(rise, width)
        positions = np.arange(BIEX_CHANNELS + 1)
        share = positions / float(BIEX_CHANNELS + 1)
        up, down = np.exp(share * rise), np.exp(share * -fall)
        down *= np.exp((rise + fall) * (width + extra / decades))
        values = up.copy()
        values[zero:] = up[zero:] - down[zero:]
        values[zero:] = self.top / np.exp(rise) * (values[zero:] - (up[zero] - down[zero]))
        values[:zero] = -values[2 * zero - positions[:zero]]
        return values, positions.astype(np.float64)

    def apply(self, values: Array) -> Array:
        """Positions of linear values."""
        return np.interp(values, *self._table)

    def inverse(self, positions: Array) -> Array:
        """Linear values at positions."""
        values, table = self._table
        return np.interp(positions, table, values)


def _negative_range(b: float, w: float) -> float:
    """The root d of 2 (ln d - ln b) + w (b + d), by bisection guarded Newton steps."""
    if w == 0:
        return b
    low, high, d = 0.0, b, b / 2
    for _ in range(200):
        f = 2 * (math.log(d) - math.log(b)) + w * (b + d)
        low, high = (d, high) if f < 0 else (low, d)
        newton = d - f / (2 / d + w)
        following = newton if low < newton < high else (low + high) / 2
        if following == d:
            break
        d = following
    return d


@dataclass(frozen=True)
class Bounded:
    """A scale whose positions are clipped to bounds (Gating-ML's boundMin and boundMax)."""

    scale: Transform
    low: float
    high: float

    def apply(self, values: Array) -> Array:
        """Positions of linear values."""
        return np.clip(self.scale.apply(values), self.low, self.high)

    def inverse(self, positions: Array) -> Array:
        """Linear values at positions."""
        return self.scale.inverse(np.clip(positions, self.low, self.high))


__all__ = ["Arcsinh", "Biex", "Bounded", "FlowJoLog", "Hyperlog", "Linear", "Log", "Logicle", "Transform"]
