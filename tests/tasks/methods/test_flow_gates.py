from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.flow_gates import Dimension, Ellipsoid, in_ellipsoid, in_polygon, in_rectangle

gating = pytest.importorskip("flowutils").gating
GRID = np.array([[a, b] for a in range(-1, 12) for b in range(-1, 12)], np.float64)
CORNERS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=3, max_size=30)


@given(corners=CORNERS)
def test_polygons_hold_the_events_that_flowutils_finds_edges_and_crossings_included(
    corners: list[tuple[int, int]],
) -> None:
    vertices = tuple((float(x), float(y)) for x, y in corners)
    expected = gating.points_in_polygon(np.array(vertices), GRID)
    assert in_polygon(GRID[:, 0], GRID[:, 1], vertices).tolist() == expected.tolist()


def test_an_event_that_is_no_number_is_in_no_polygon() -> None:
    square = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
    x, y = np.array([np.nan, 1.0, 1.0]), np.array([1.0, np.nan, 1.0])
    assert in_polygon(x, y, square).tolist() == [False, False, True]


def test_a_rectangle_holds_its_lower_bound_and_not_its_upper() -> None:
    values = np.array([0.9, 1.0, 1.5, 2.0])
    assert in_rectangle([values], (Dimension("A", low=1.0, high=2.0),)).tolist() == [False, True, True, False]
    assert in_rectangle([values], (Dimension("A", low=1.5),)).tolist() == [False, False, True, True]


def test_an_ellipsoid_is_that_of_flowutils() -> None:
    shape = Ellipsoid((Dimension("A"), Dimension("B")), (5.0, 4.0), ((6.25, 3.75), (3.75, 6.25)), 2.0)
    expected = gating.points_in_ellipsoid(np.array(shape.covariance), shape.mean, shape.distance_square, GRID)
    found = in_ellipsoid([GRID[:, 0], GRID[:, 1]], shape)
    assert found.tolist() == expected.tolist()
    assert 0 < found.sum() < len(GRID)
