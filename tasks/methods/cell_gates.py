"""Cells without debris, singlets without doublets: from light scatter, the same bounds for all tubes of a run."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.methods.flow_channels import shape_of
from tasks.methods.flow_thresholds import density, modes, thinned

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Columns = Mapping[str, npt.NDArray[np.floating]]
_FORWARD = re.compile(r"^(?:FSC?|FALS|Forward)(?:\b|[-_ ])", re.IGNORECASE)
_SIDE = re.compile(r"^(?:SSC?|SALS|Side)(?:\b|[-_ ])", re.IGNORECASE)
_LEAST_MODE = 0.15
_DEBRIS_OF_MODE = 0.25
_MOST_OF_MODE = 0.6
_VALLEY_DEPTH = 0.8
_DOUBLET_SDS = 4.0
_LEAST_DOUBLET_EXCESS = 1.1
_LEAST_EVENTS = 100
_ON_SCALE, _SATURATED, _PILED_UP = 0.98, 0.998, 0.01


@dataclass(frozen=True)
class Scatter:
    """Columns of forward and side scatter; ``forward`` is the area where there is one."""

    forward: str | None
    side: str | None
    height: str | None  # of forward scatter, where ``forward`` is the area
    width: str | None


@dataclass(frozen=True)
class CellGate:
    """Bounds on scatter, and how they were chosen."""

    scatter: Scatter
    least_forward: float | None
    debris_method: str
    most_ratio: float | None  # of area to height, or of width
    doublet_method: str


def scatter_of(channels: Sequence[Mapping[str, Any]]) -> Scatter:
    """Scatter columns of an acquisition (``channels`` as core.flow_samples holds them)."""
    by_shape: dict[str, dict[str, str]] = {"forward": {}, "side": {}}
    for channel in channels:
        if channel["kind"] != "scatter":
            continue
        for kind, pattern in (("forward", _FORWARD), ("side", _SIDE)):
            if pattern.search(channel["name"]):
                by_shape[kind].setdefault(shape_of(channel["name"]), channel["column"])
    forward, side = by_shape["forward"], by_shape["side"]
    first = {kind: found.get("A") or found.get("") or found.get("H") for kind, found in by_shape.items()}
    is_area = "A" in forward
    chosen = first["forward"] or next(iter(forward.values()), None)
    return Scatter(
        chosen,
        first["side"] or next(iter(side.values()), None),
        forward.get("H") if is_area else None,
        forward.get("W"),
    )


def cell_gate(tubes: Sequence[Columns], scatter: Scatter) -> CellGate:
    """Bounds from the pooled events of all tubes of a run.

    Debris: forward scatter below the valley between the cells' mode and smaller things, on a logarithmic axis. Where
    there is no valley, below a quarter of the mode. Never above 60 % of the mode, for apoptotic cells shrink. The
    cells' mode is the brightest one at least 15 % as high as the highest that is not twice another (doublets).
    Events that pile up at the end of the scale are no mode.
    Doublets: forward area over height (or width) above the median + 4 robust SD, at least 10 % above the median.
    """
    least, debris = _debris_bound(_pooled(tubes, scatter.forward), scatter)
    ratio, doublets = None, "not_separable: no height or width of forward scatter"
    if scatter.forward and (scatter.height or scatter.width):
        values = np.concatenate([_ratio(t, scatter)[_above(t, scatter, least)] for t in tubes] or [np.empty(0)])
        values = values[np.isfinite(values)]
        if values.size >= _LEAST_EVENTS:
            middle = float(np.median(values))
            spread = 1.4826 * float(np.median(np.abs(values - middle)))
            ratio = max(middle + _DOUBLET_SDS * spread, middle * _LEAST_DOUBLET_EXCESS)
            what = "area / height" if scatter.height else "width"
            doublets = f"{what} of {scatter.forward}: median + {_DOUBLET_SDS:g} robust SD"
        else:
            doublets = "not_separable: too few events"
    return CellGate(scatter, least, debris, ratio, doublets)


def cells(columns: Columns, gate: CellGate) -> Mask:
    """Events that are no debris: forward scatter at least the bound, side scatter above 0."""
    return _above(columns, gate.scatter, gate.least_forward)


def singlets(columns: Columns, gate: CellGate) -> Mask:
    """Cells that are single."""
    found = cells(columns, gate)
    if gate.most_ratio is None:
        return found
    return np.asarray(found & (_ratio(columns, gate.scatter) <= gate.most_ratio))


def _above(columns: Columns, scatter: Scatter, least: float | None) -> Mask:
    found = np.ones(len(next(iter(columns.values()))) if columns else 0, np.bool_)
    if scatter.forward and least is not None:
        found &= np.asarray(columns[scatter.forward], np.float64) >= least
    if scatter.side:
        found &= np.asarray(columns[scatter.side], np.float64) > 0
    return found


def _ratio(columns: Columns, scatter: Scatter) -> Array:
    assert scatter.forward
    if scatter.height:
        with np.errstate(divide="ignore", invalid="ignore"):
            area, height = (np.asarray(columns[c], np.float64) for c in (scatter.forward, scatter.height))
            return np.where(height > 0, area / height, np.nan)
    assert scatter.width
    return np.asarray(columns[scatter.width], np.float64)


def _pooled(tubes: Sequence[Columns], column: str | None) -> Array:
    if column is None or not tubes:
        return np.empty(0)
    share = max(200_000 // len(tubes), 1_000)
    return np.concatenate([thinned(np.asarray(t[column], np.float64), share) for t in tubes])


def _debris_bound(forward: Array, scatter: Scatter) -> tuple[float | None, str]:
    column = scatter.forward
    if column is None:
        return None, "not_separable: no forward scatter"
    positive = forward[forward > 0]
    if positive.size < _LEAST_EVENTS:
        return None, "not_separable: too few events"
    on_scale = positive < _ON_SCALE * positive.max()
    if float((positive >= _SATURATED * positive.max()).mean()) > _PILED_UP and int(on_scale.sum()) >= _LEAST_EVENTS:
        positive = positive[on_scale]
    centres, heights = density(np.log10(positive))
    peaks = modes(heights, _LEAST_MODE) or [int(heights.argmax())]
    main = peaks[-1]
    if len(peaks) > 1 and _is_twice(centres[main], centres[peaks[-2]]) and heights[main] < heights[peaks[-2]]:
        main = peaks[-2]
    mode = 10 ** float(centres[main])
    bound = _DEBRIS_OF_MODE * mode
    smaller = [p for p in modes(heights) if p < main and centres[p] < centres[main] + math.log10(_MOST_OF_MODE)]
    if smaller:
        highest = max(smaller, key=lambda p: heights[p])
        low = int(highest + np.argmin(heights[highest : main + 1]))
        if heights[low] < _VALLEY_DEPTH * min(heights[highest], heights[main]):
            found = min(10 ** float(centres[low]), _MOST_OF_MODE * mode)
            return found, f"valley of {column} below the cells' mode of {mode:.4g}"
    return bound, f"{_DEBRIS_OF_MODE:g} of the cells' mode of {mode:.4g} in {column}"


def _is_twice(upper: float, lower: float) -> bool:
    return bool(abs((upper - lower) - math.log10(2)) < 0.06)  # noqa: PLR2004 -- 1.74 to 2.3 times


__all__ = ["CellGate", "Scatter", "cell_gate", "cells", "scatter_of", "singlets"]
