"""Gates: which events lie in a rectangle, polygon, ellipsoid, or in a boolean of other gates.

Edges as in Gating-ML 2.0: a rectangle holds its lower and not its upper bound, an ellipsoid its surface; crossing
polygons follow the even-odd rule.

Spidlen et al. 2015, doi:10.1002/cyto.a.22690
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from tasks.methods.flow_transforms import Transform

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Path = tuple[str, ...]
_FEW_EDGES = 12  # sorting pays for more


@dataclass(frozen=True)
class Ratio:
    """A (x - B) / (y - C) of two channels."""

    numerator: str
    denominator: str
    a: float
    b: float
    c: float


@dataclass(frozen=True)
class Dimension:
    """One axis of a gate: a channel or a ratio, its compensation and its scale; bounds for rectangles.

    ``compensation``: null for none, ``FCS`` for the acquisition's own matrix, else the id of a matrix of the strategy.
    ``transform``: of the bounds; ``drawn_on``: the axis that people drew linear bounds on, which changes no population.
    """

    channel: str
    compensation: str | None = None
    transform: Transform | None = None
    low: float | None = None
    high: float | None = None
    ratio: Ratio | None = None
    drawn_on: Transform | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Rectangle:
    """low <= x < high in every dimension; a missing bound is open."""

    dimensions: tuple[Dimension, ...]
    is_complement: bool = False


@dataclass(frozen=True)
class Polygon:
    """Two dimensions and at least three vertices."""

    dimensions: tuple[Dimension, ...]
    vertices: tuple[tuple[float, float], ...]
    is_complement: bool = False


@dataclass(frozen=True)
class Ellipsoid:
    """Squared Mahalanobis distance from the mean of at most ``distance_square``."""

    dimensions: tuple[Dimension, ...]
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    distance_square: float
    is_complement: bool = False


@dataclass(frozen=True)
class Boolean:
    """And, or, not of other gates (their paths), each perhaps as its complement."""

    operation: Literal["and", "or", "not"]
    references: tuple[tuple[Path, bool], ...]


Shape = Rectangle | Polygon | Ellipsoid | Boolean


@dataclass(frozen=True)
class Gate:
    """A named gate within the population of its parent; ``path`` are the names from the root to it.

    ``parent`` is the path of the population it is drawn in (null: all events): names of quadrant gates stand in paths,
    but are no populations.
    """

    path: Path
    parent: Path | None
    shape: Shape


def in_rectangle(columns: list[Array], dimensions: tuple[Dimension, ...]) -> Mask:
    """Events (one array per dimension) within all bounds."""
    found = np.ones(len(columns[0]), np.bool_)
    for values, dimension in zip(columns, dimensions, strict=True):
        if dimension.low is not None:
            found &= values >= dimension.low
        if dimension.high is not None:
            found &= values < dimension.high
    return found


def in_ellipsoid(columns: list[Array], gate: Ellipsoid) -> Mask:
    """Events within the ellipsoid, its surface included."""
    centred = [values - mean for values, mean in zip(columns, gate.mean, strict=True)]
    inverse = np.linalg.inv(np.array(gate.covariance, np.float64))
    points = np.stack(centred, axis=1)
    return np.asarray(((points @ inverse) * points).sum(axis=1) <= gate.distance_square)


def in_polygon(x: Array, y: Array, vertices: tuple[tuple[float, float], ...]) -> Mask:
    """Events inside a polygon by the even-odd rule: an odd number of edges lies to the right.

    Only events in the polygon's bounding box are looked at, sorted by y, so that each edge meets those at its height
    alone. Points on left and lower edges are inside.
    """
    corners = np.array(vertices, np.float64)
    box = (x >= corners[:, 0].min()) & (x <= corners[:, 0].max())
    box &= (y >= corners[:, 1].min()) & (y <= corners[:, 1].max())
    near = np.flatnonzero(box)
    order = np.argsort(y[near], kind="stable") if len(corners) > _FEW_EDGES else np.arange(len(near))
    near = near[order]
    px, py = x[near], y[near]
    is_odd = np.zeros(len(near), np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        low, high = min(y0, y1), max(y0, y1)
        if low == high:
            continue
        if len(corners) > _FEW_EDGES:
            part = slice(int(np.searchsorted(py, low)), int(np.searchsorted(py, high)))
            crosses = _side(px[part], py[part], x0, y0, x1, y1)
        else:
            part = slice(None)
            crosses = _side(px, py, x0, y0, x1, y1) & (py >= low) & (py < high)
        is_odd[part] ^= crosses
    found = np.zeros(len(x), np.bool_)
    found[near[is_odd]] = True
    return found


def _side(px: Array, py: Array, x0: float, y0: float, x1: float, y1: float) -> Mask:
    """Whether points lie strictly left of a rising edge, or strictly right of a falling one."""
    turn = (x1 - x0) * (py - y0) - (px - x0) * (y1 - y0)
    return np.asarray(turn > 0 if y1 > y0 else turn < 0)
