"""Gates as lines on paper: which of them share a plot, and their edges at positions of its axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.methods.flow_gates import Boolean, Dimension, Ellipsoid, Gate, Path, Polygon
from tasks.methods.flow_transforms import Bounded, Transform

Array = npt.NDArray[np.float64]
STEPS = 33  # places on an edge: straight on the gate's scale, it bends on another
CIRCLE = 181
AXES = 2


@dataclass(frozen=True)
class Plot:
    """Gates of one population that are drawn on the same axes; ``dimensions``: one (a histogram) or two."""

    parent: Path | None
    dimensions: tuple[Dimension, ...]
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Axis:
    """From positions on a gate's scale to places on paper.

    ``gate``: the scale that the gate's numbers are on (null: linear); ``paper``: the one drawn on (null: linear).
    """

    gate: Transform | None
    paper: Transform | None

    def at(self, positions: Array) -> Array:
        """Places on paper; positions beyond a scale have none (NaN, or an infinity)."""
        if self.gate is not None:
            return positions
        with np.errstate(all="ignore"):
            return positions if self.paper is None else np.asarray(self.paper.apply(positions))

    def values(self, places: Array) -> Array:
        """Linear values at places on paper."""
        scale = self.gate or self.paper
        return places if scale is None else np.asarray(scale.inverse(places))


View = tuple[tuple[float, float], tuple[float, float]]


def plots(gates: Iterable[Gate]) -> list[Plot]:
    """Plots in the order in which the gates come; boolean gates have no edges and are left out.

    A gate in three dimensions and more is drawn on its first two: what is seen is its shadow.
    """
    found: dict[tuple[object, ...], tuple[tuple[Dimension, ...], list[Gate]]] = {}
    for gate in gates:
        if isinstance(gate.shape, Boolean):
            continue
        dimensions = gate.shape.dimensions[:AXES]
        key = (gate.parent, *((d.channel, d.compensation, d.transform, d.ratio) for d in dimensions))
        found.setdefault(key, (dimensions, []))[1].append(gate)
    return [Plot(gates[0].parent, dimensions, tuple(gates)) for dimensions, gates in found.values()]


def outline(gate: Gate, axes: tuple[Axis, Axis], view: View) -> Array:
    """Places of the gate's closed edge on paper (points x 2); open sides of rectangles end where the view ends.

    Not for boolean gates. Spidlen et al. 2015, doi:10.1002/cyto.a.22690
    """
    shape = gate.shape
    assert not isinstance(shape, Boolean)
    if isinstance(shape, Polygon):
        return _placed(_closed(np.array(shape.vertices, np.float64)), axes)
    if isinstance(shape, Ellipsoid):
        spread = np.array(shape.covariance, np.float64)[:AXES, :AXES]
        lengths, directions = np.linalg.eigh((spread + spread.T) / 2)
        half = directions * np.sqrt(np.maximum(lengths * shape.distance_square, 0))  # a file may give no ellipse
        turn = np.linspace(0, 2 * np.pi, CIRCLE)
        points = np.array(shape.mean[:AXES]) + np.stack([np.cos(turn), np.sin(turn)], axis=1) @ half.T
        return _placed(points, axes)
    (left, right), (below, above) = (span(d, a, v) for d, a, v in zip(shape.dimensions[:AXES], axes, view, strict=True))
    return np.array([[left, below], [right, below], [right, above], [left, above], [left, below]])


def span(dimension: Dimension, axis: Axis, view: tuple[float, float]) -> tuple[float, float]:
    """Where a rectangle begins and ends on an axis; the ends of the view where it is open."""
    bounds = np.array([np.nan if b is None else b for b in (dimension.low, dimension.high)], np.float64)
    low, high = axis.at(bounds).tolist()
    return (low if np.isfinite(low) else view[0]), (high if np.isfinite(high) else view[1])


def view_of(places: Array, edges: Iterable[Array]) -> tuple[float, float]:
    """Ends of an axis: 99.8 % of the events, and edges of gates up to half as far again beyond them."""
    known = places[np.isfinite(places)]
    low, high = (float(v) for v in np.percentile(known, [0.1, 99.9])) if known.size else (0.0, 1.0)
    room = 0.5 * ((high - low) or max(abs(low), 1.0))
    finite = [e[np.isfinite(e)] for e in edges]
    at = np.concatenate([np.empty(0), *finite])
    if at.size:
        low = min(low, max(float(at.min()), low - room))
        high = max(high, min(float(at.max()), high + room))
    edge = 0.04 * (high - low) or 0.5
    return low - edge, high + edge


def same_axis(scale: Transform | None) -> Transform | None:
    """The scale without the bounds that it is clipped to."""
    return scale.scale if isinstance(scale, Bounded) else scale


def share_words(percent: Mapping[Path, float | None], gate: Gate) -> str:
    """A gate's own name with its percentage of the population above it."""
    value = percent[gate.path]
    return f"{gate.path[-1]}\n{'–' if value is None else f'{value:.1f} %'}"


def _closed(corners: Array) -> Array:
    following = np.roll(corners, -1, axis=0)
    steps = np.linspace(0, 1, STEPS, endpoint=False)[None, :, None]
    points = (corners[:, None, :] + steps * (following - corners)[:, None, :]).reshape(-1, AXES)
    return np.vstack([points, corners[:1]])


def _placed(points: Array, axes: tuple[Axis, Axis]) -> Array:
    return np.stack([axes[0].at(points[:, 0]), axes[1].at(points[:, 1])], axis=1)
