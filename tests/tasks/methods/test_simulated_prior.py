from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.simulated_prior import GRID, nearest_variance


@pytest.mark.parametrize("residual_df", [1, 2, 3])
@pytest.mark.parametrize("planted", [0.5, 1.5, 3.0])
def test_a_planted_variance_is_found(residual_df: int, planted: float) -> None:
    random = np.random.default_rng(6)
    residuals = np.log(random.chisquare(residual_df, 30000) / residual_df) + random.normal(0, planted**0.5, 30000)
    assert nearest_variance(residuals, residual_df) == pytest.approx(planted, abs=0.2)


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=30), st.sampled_from([1, 2, 3]))
@settings(deadline=None, max_examples=30)
def test_any_residuals_give_a_variance_of_the_grid(residuals: list[float], residual_df: int) -> None:
    assert GRID[0] <= nearest_variance(np.array(residuals), residual_df) <= GRID[-1]


def test_residuals_all_out_of_bounds_say_nothing() -> None:
    assert nearest_variance(np.array([-30.0, 12.0]), 2) == 0.0
