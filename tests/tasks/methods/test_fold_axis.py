from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.figure_style import panel
from tasks.methods.fold_axis import FEW, MANY, fold_axis, ticks


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.24, 1.3, [0.3, 0.4, 0.6, 0.8, 1]),
        (0.1, 12, [0.1, 0.3, 1, 3, 10]),
        (0.4, 6, [0.5, 1, 2, 5]),
        (0.9, 1.15, [0.9, 1, 1.1]),
        (0.0008, 20, [0.001, 0.01, 0.1, 1, 10]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


@given(st.floats(-6, 6), st.floats(0.01, 8))
def test_ticks_lie_inside_and_are_some_but_not_many(centre: float, decades: float) -> None:
    low, high = 10 ** (centre - decades / 2), 10 ** (centre + decades / 2)
    found = ticks(low, high)
    assert FEW - 2 <= len(found) <= MANY + 3
    assert found == sorted(set(found))
    assert all(low * (1 - 1e-6) <= t <= high * (1 + 1e-6) for t in found)


def test_the_axis_is_logarithmic_and_holds_equal_values_too() -> None:
    _, axes = panel()
    fold_axis(axes, 1, 1)
    low, high = axes.get_ylim()
    assert axes.get_yscale() == "log"
    assert low < 1 < high
    assert math.isfinite(low)
    assert "1" in [t.get_text() for t in axes.get_yticklabels()]
