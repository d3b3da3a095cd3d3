from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from tasks.methods.figure_style import house_style, panel
from tasks.methods.label_placement import label_points, needs_line, places

BOUNDS = (0.0, 0.0, 400.0, 300.0)
NOBODY = np.empty((0, 2))


@given(arrays(np.float64, (12, 2), elements=st.floats(0, 300)), arrays(np.float64, (12, 2), elements=st.floats(4, 60)))
def test_no_label_covers_another_or_leaves_the_frame(anchors: np.ndarray, sizes: np.ndarray) -> None:
    corners = places(anchors, sizes, anchors, BOUNDS)
    shown = ~np.isnan(corners[:, 0])
    low, high = corners[shown], corners[shown] + sizes[shown]
    assert (low >= -1e-9).all()
    assert (high <= np.array(BOUNDS[2:]) + 1e-9).all()
    for i in range(len(low)):
        for j in range(i):
            assert (low[i] >= high[j] - 1e-9).any() or (low[j] >= high[i] - 1e-9).any()


def test_the_first_label_always_finds_room_and_the_place_that_covers_no_point() -> None:
    anchor, size = np.array([[200.0, 150.0]]), np.array([[40.0, 10.0]])
    crowd = np.random.default_rng(1).uniform((200, 140), (260, 200), (300, 2))  # right and above
    ((x, y),) = places(anchor, size, crowd, BOUNDS)
    assert not ((crowd >= (x, y)) & (crowd <= (x + 40, y + 10))).all(axis=1).any()
    assert abs(x - 200) < 60
    assert abs(y - 150) < 60


def test_a_label_without_room_is_left_out() -> None:
    assert np.isnan(places(np.array([[50.0, 5.0]]), np.array([[500.0, 10.0]]), NOBODY, BOUNDS)).all()
    assert places(NOBODY, NOBODY, NOBODY, BOUNDS).shape == (0, 2)


def test_labels_drawn_overlap_neither_each_other_nor_the_edge() -> None:
    with house_style():
        figure, axes = panel()
        random = np.random.default_rng(7)
        points = random.normal(0, 1, (60, 2))
        axes.scatter(*points.T)
        names = [f"GENE{i}" for i in range(20)] + ["CO$T_1"]
        shown = label_points(axes, points[:21], names, points, is_italic=True)
        limits = axes.get_xlim()
        assert set(shown) <= set(names)
        assert len(shown) > 15
        figure.draw_without_rendering()
        assert axes.get_xlim() == limits
        boxes = [Text.get_window_extent(note) for note in axes.texts]  # without their lines
        frame = axes.get_window_extent()
        assert all(frame.x0 <= b.x0 and b.x1 <= frame.x1 and frame.y0 <= b.y0 and b.y1 <= frame.y1 for b in boxes)
        touching = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
        assert len(boxes) == len(shown)
        assert not touching


@pytest.mark.parametrize(
    ("anchor", "other", "is_tied"),
    [
        ((95.0, 105.0), (300.0, 105.0), False),  # beside its point, nobody near
        ((95.0, 105.0), (146.0, 105.0), True),  # between two points
        ((95.0, 105.0), (95.0, 105.0), False),  # the point itself is no other
        ((80.0, 105.0), (300.0, 105.0), True),  # far from its point
    ],
)
def test_a_line_ties_a_label_that_could_be_of_another_point(
    anchor: tuple[float, float], other: tuple[float, float], *, is_tied: bool
) -> None:
    at = np.array(anchor)
    assert needs_line(np.array([100.0, 100.0]), np.array([40.0, 10.0]), at, np.array([anchor, other])) is is_tied


def test_without_points_nothing_is_written() -> None:
    with house_style():
        _, axes = panel()
        assert label_points(axes, NOBODY, [], NOBODY) == []


def test_the_white_behind_a_label_is_below_the_marks() -> None:
    with house_style():
        figure, axes = panel()
        points = np.array([[10.0, 1.0], [1000.0, 2.0]])
        axes.scatter(*points.T, zorder=2)
        axes.set_xscale("log")
        label_points(axes, points, ["GENE1", "GENE2"], points)
        figure.draw_without_rendering()
        texts = [Text.get_window_extent(note) for note in axes.texts]
        backs = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
        assert len(backs) == len(texts)
        assert all(back.get_zorder() < 2 for back in backs)
        for text, back in zip(texts, backs, strict=True):
            np.testing.assert_allclose(back.get_window_extent().get_points(), text.get_points(), atol=2)
