from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.biexponential import Logicle
from tasks.methods.flow_gates import (
    Boolean,
    Dimension,
    Ellipsoid,
    Gate,
    Polygon,
    Rectangle,
    Shape,
    in_ellipsoid,
    in_polygon,
)
from tasks.methods.flow_transforms import Bounded, Linear
from tasks.methods.gate_outlines import Axis, outline, plots, same_axis, share_words, view_of

A, B, C = (Dimension(name) for name in "ABC")
VIEW = ((-1.0, 11.0), (-1.0, 11.0))
LINEAR = (Axis(None, None), Axis(None, None))
LOGICLE = Logicle(262144.0, 0.5, 4.5)
TRIANGLE = Polygon((A, B), ((0.0, 0.0), (10.0, 2.0), (3.0, 9.0)))


def gate(name: str, shape: Shape, parent: str | None = None) -> Gate:
    return Gate((parent, name) if parent else (name,), (parent,) if parent else None, shape)


def test_gates_of_one_population_and_one_pair_of_channels_share_a_plot() -> None:
    one = Rectangle((Dimension("A", low=1.0),))
    gates = [
        gate("cells", TRIANGLE),
        gate("low", Rectangle((Dimension("A", high=1.0), Dimension("B", low=2.0)))),
        gate("below", TRIANGLE, "cells"),
        gate("range", one),
        gate("both", Boolean("and", ((("cells",), False), (("low",), False)))),
        gate("solid", Rectangle((A, C, B))),
        gate("scaled", Rectangle((Dimension("A", transform=LOGICLE), B))),
    ]
    found = [(p.parent, [d.channel for d in p.dimensions], [g.path[-1] for g in p.gates]) for p in plots(gates)]
    assert found == [
        (None, ["A", "B"], ["cells", "low"]),
        (("cells",), ["A", "B"], ["below"]),
        (None, ["A"], ["range"]),
        (None, ["A", "C"], ["solid"]),
        (None, ["A", "B"], ["scaled"]),
    ]


@pytest.mark.parametrize("scale", [None, LOGICLE])
def test_what_is_inside_the_gate_is_inside_its_outline_on_paper(scale: Logicle | None) -> None:
    """A polygon's straight edges bend on another scale; the drawn line parts the same events."""
    stretch = 1.0 if scale is None else 2e4
    corners = tuple((x * stretch, y * stretch) for x, y in TRIANGLE.vertices)
    shape = Polygon((A, B), corners)
    axes = (Axis(None, scale), Axis(None, scale))
    line = outline(gate("t", shape), axes, VIEW)
    assert line[0].tolist() == line[-1].tolist()
    x, y = np.random.default_rng(1).uniform(-1, 11, (2, 4_000)) * stretch
    drawn = in_polygon(axes[0].at(x), axes[1].at(y), tuple(map(tuple, line[:-1].tolist())))
    agree = drawn == in_polygon(x, y, corners)
    assert agree.mean() > (0.999 if scale is None else 0.985)


def test_an_ellipse_is_drawn_where_its_distance_is_reached_and_a_solid_one_as_its_shadow() -> None:
    spread = ((4.0, 1.5, 0.7), (1.5, 2.0, 0.1), (0.7, 0.1, 3.0))
    flat = Ellipsoid((A, B), (5.0, 4.0), tuple(row[:2] for row in spread[:2]), 2.5)
    line = outline(gate("e", flat), LINEAR, VIEW)
    centre = np.array([5.0, 4.0])
    for factor, is_in in ((0.999, True), (1.001, False)):
        points = centre + factor * (line - centre)
        assert (in_ellipsoid([points[:, 0], points[:, 1]], flat) == is_in).all()
    solid = Ellipsoid((A, B, C), (5.0, 4.0, 1.0), spread, 2.5)
    assert outline(gate("s", solid), LINEAR, VIEW) == pytest.approx(line)
    saddle = Ellipsoid((A, B), (5.0, 4.0), ((1.0, 2.0), (2.0, 1.0)), 1.0)
    assert np.isfinite(outline(gate("n", saddle), LINEAR, VIEW)).all()
    points = np.random.default_rng(2).multivariate_normal([5, 4, 1], spread, 3_000)
    inside = points[in_ellipsoid(list(points.T), solid)]
    assert in_polygon(inside[:, 0], inside[:, 1], tuple(map(tuple, line[:-1].tolist()))).mean() > 0.999


def test_open_sides_of_a_rectangle_end_with_the_view() -> None:
    shape = Rectangle((Dimension("A", low=2.0), Dimension("B", high=3.0)))
    assert outline(gate("r", shape), LINEAR, VIEW).tolist() == [[2, -1], [11, -1], [11, 3], [2, 3], [2, -1]]
    logged = outline(gate("r", shape), (Axis(None, LOGICLE), LINEAR[1]), ((0.0, 1.0), VIEW[1]))
    assert logged[0, 0] == LOGICLE.apply(np.array([2.0]))[0]


def test_the_view_holds_the_events_and_edges_that_are_near() -> None:
    places = np.array([*np.linspace(0, 10, 1001), np.nan, np.inf])
    low, high = view_of(places, [np.array([12.0, np.nan])])
    assert low == pytest.approx(-0.48, abs=0.02)
    assert high == pytest.approx(12.48, abs=0.02)
    assert view_of(places, [np.array([1e6])])[1] == pytest.approx(15.6, abs=0.1)
    assert view_of(np.array([]), []) == (-0.04, 1.04)
    assert view_of(np.array([3.0]), [])[0] < 3 < view_of(np.array([3.0]), [])[1]


def test_scales_and_shares_in_words() -> None:
    scale = Linear(10.0)
    assert same_axis(Bounded(scale, 0, 1)) is scale
    assert Axis(scale, None).values(np.array([0.5])).tolist() == [5.0]
    assert Axis(None, None).values(np.array([0.5])).tolist() == [0.5]
    cells = gate("cells", TRIANGLE)
    assert share_words({("cells",): 12.34}, cells) == "cells\n12.3 %"
    assert share_words({("cells",): None}, cells) == "cells\n–"
