"""An axis of ratios: logarithmic, with ticks that people read as multiples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW, MANY = 4, 8  # ticks
MARGIN = 0.06  # of the range, below the lowest mark
STEPS = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0))  # within ten times, coarse to fine


def ticks(low: float, high: float) -> list[float]:
    """Round values between ``low`` and ``high`` (both above 0): the coarsest series that has four to eight of them.

    Ranges too narrow for any get evenly spaced values, wide ones every second, third, … power of ten.
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    found: list[float] = []
    for steps in STEPS:
        found = [v for p in range(first, last + 1) for s in steps if low <= (v := float(f"{s:g}e{p}")) <= high]
        if len(found) >= FEW:
            return found[:: math.ceil(len(found) / MANY)] if len(steps) == 1 else found
    if len(found) >= FEW - 1:
        return found
    step = 10.0 ** math.floor(math.log10((high - low) / 2))
    step *= next(s for s in (10, 5, 2, 1) if (high - low) / (s * step) >= FEW - 1 or s == 1)
    return [round(i * step, 12) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def fold_axis(axes: Axes, low: float, high: float) -> None:
    """Make the y axis of ratios one of logarithms from just below ``low`` to ``high``, with plain numbers as ticks."""
    from matplotlib.ticker import NullLocator  # noqa: PLC0415 - slow to import

    if not low < high:
        low, high = low / 1.5, high * 1.5
    bottom = low / (high / low) ** MARGIN
    axes.set_yscale("log", base=10)
    axes.set_ylim(bottom, high)
    shown = ticks(bottom, high)
    axes.set_yticks(shown, [f"{t:.3g}" if t < 1000 else f"{t:,.0f}" for t in shown])  # noqa: PLR2004 - thousands
    axes.yaxis.set_minor_locator(NullLocator())
