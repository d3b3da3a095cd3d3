"""Ticks of axes on any scale of flow cytometry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tasks.methods.flow_pictures import DECADES, SUPERSCRIPTS
from tasks.methods.flow_transforms import Linear
from tasks.methods.gate_outlines import Axis, same_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST_DECADES = 2
CLOSEST = 0.09  # of the axis, between two labels


def scale_axis(axes: Axes, which: str, scale: Axis, ends: tuple[float, float]) -> None:
    """Limits, and ticks named by linear values: powers of ten, round numbers where the scale is linear."""
    places, labels = ticks(scale, ends)
    if which == "x":
        axes.set_xlim(*ends)
        axes.set_xticks(places, labels)
    else:
        axes.set_ylim(*ends)
        axes.set_yticks(places, labels)


def ticks(scale: Axis, ends: tuple[float, float]) -> tuple[list[float], list[str]]:
    """Places of ticks between the ends of an axis, and their labels, from left to right."""
    own = same_axis(scale.gate or scale.paper)
    if own is not None and not isinstance(own, Linear):
        powers = [10.0**d for d in DECADES]
        values = np.array([*(-p for p in reversed(powers)), 0.0, *powers])
        with np.errstate(all="ignore"):
            places = np.asarray(own.apply(values))
        words = [_power(v) for v in values.tolist()]
        pairs = [(p, w, v) for p, w, v in zip(places.tolist(), words, values.tolist(), strict=True) if np.isfinite(p)]
        pairs = [
            (p, w, v)
            for p, w, v in pairs
            if ends[0] <= p <= ends[1] and abs(own.inverse(np.array([p]))[0] - v) <= 1e-3 * max(abs(v), 1)
        ]
        kept = _apart([(p, w) for p, w, _ in sorted(pairs, key=lambda t: (t[2] != 0, -abs(t[2])))], ends)
        if len(kept) >= FEWEST_DECADES:
            return [p for p, _ in kept], [w for _, w in kept]
    return _round(scale, ends)


def _power(value: float) -> str:
    if not value:
        return "0"
    digits = str(round(np.log10(abs(value)))).translate(SUPERSCRIPTS)
    return f"{'−' if value < 0 else ''}10{digits}"


def _apart(pairs: list[tuple[float, str]], ends: tuple[float, float]) -> list[tuple[float, str]]:
    """Those that are not too close to one before them in the list, from left to right."""
    kept: list[tuple[float, str]] = []
    for place, word in pairs:
        if all(abs(place - other) >= CLOSEST * (ends[1] - ends[0]) for other, _ in kept):
            kept.append((place, word))
    return sorted(kept)


def _round(scale: Axis, ends: tuple[float, float]) -> tuple[list[float], list[str]]:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - slow to import

    low, high = scale.values(np.array(ends)).tolist()
    values = np.asarray(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(low, high))
    own = scale.gate or scale.paper
    places = values if own is None else np.asarray(own.apply(values))
    is_seen = (places >= ends[0]) & (places <= ends[1])
    return places[is_seen].tolist(), [_short(v) for v in values[is_seen].tolist()]


def _short(value: float) -> str:
    """12k, 1.5M: numbers of scatter are long."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}".replace("-", "−")
    return f"{value:g}".replace("-", "−")
