from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.natural_splines import natural_spline_basis


def test_the_curve_is_rs_natural_spline() -> None:
    x = np.arange(1, 41.0) ** 1.5
    y = np.sin(x / 40)
    basis = natural_spline_basis(x, 4)
    fitted = basis @ np.linalg.lstsq(basis, y, rcond=None)[0]
    # fitted(lm(y ~ 0 + ns(x, df = 4, intercept = TRUE)))[c(1, 10, 20, 40)]
    assert fitted[[0, 9, 19, 39]] == pytest.approx(
        [-0.068527866544, 0.792033498230, 0.706836060115, -0.247128641366], rel=1e-8
    )


def test_with_two_coefficients_it_is_a_straight_line_and_equal_knots_are_one() -> None:
    assert natural_spline_basis(np.array([2.0, 4.0, 3.0]), 2).tolist() == [[1, 0], [1, 1], [1, 0.5]]
    assert natural_spline_basis(np.array([1.0] * 9 + [2.0]), 4).shape == (10, 2)
