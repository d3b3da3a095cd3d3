from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.lowess import lowess

# lowess(cars) of R's own help page: 50 stopping distances over speed, with ties
SPEED = [4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 16, 16, 17,
         17, 17, 18, 18, 18, 18, 19, 19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24, 25]  # fmt: skip
DISTANCE = [2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26, 54, 32,
            40, 32, 40, 50, 42, 56, 76, 84, 36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120, 85]  # fmt: skip


def test_the_cars_of_rs_help_page_are_smoothed_as_there() -> None:
    x, y = np.array(SPEED, dtype=float), np.array(DISTANCE, dtype=float)
    usual = lowess(x, y, span=2 / 3)
    expected = [4.965459277, 13.124495040, 15.858633382, 18.579690514, 21.280312579, 24.129277149, 27.119548551,
                30.027276331, 32.962506136, 36.757728342, 40.435074562, 43.463491782, 46.885478946, 50.793151725,
                56.491224093, 67.585824231, 73.079695269, 78.643163554, 84.328698097]  # fmt: skip
    assert np.unique(usual) == pytest.approx(expected, rel=1e-9)
    narrow = lowess(x, y, span=0.2, robust_steps=0)
    expected = [6.031964995, 12.691834985, 15.429467397, 18.743881272, 22.360990207, 23.370853081, 21.5, 35, 50.5,
                38.723851030, 36.667748215, 45.875990491, 64.5, 50, 50.4, 66, 73.496289043, 86.418238844,
                98.417741186]  # fmt: skip
    assert narrow[np.unique(x, return_index=True)[1]] == pytest.approx(expected, rel=1e-9)


def test_close_points_are_interpolated_as_in_r() -> None:
    i = np.arange(300)
    smooth = lowess((i / 300) ** 2 * 10, np.sin(i) + i / 50, span=0.5)
    expected = [0.480763275205, 0.480914615301, 0.840719597926, 0.855410113621, 2.927989319082, 5.830568142329,
                6.069679271563]  # fmt: skip
    assert smooth[[0, 1, 49, 50, 149, 289, 299]] == pytest.approx(expected, rel=1e-10)


def test_a_straight_line_stays_and_one_point_is_itself() -> None:
    x = np.array([0.0, 1.0, 1.0, 2.0, 10.0])
    assert lowess(x, 2 * x + 1, span=0.5) == pytest.approx(2 * x + 1)
    assert lowess(np.array([3.0]), np.array([4.0]), span=0.5).tolist() == [4.0]
    assert lowess(np.zeros(3), np.array([1.0, 2.0, 6.0]), span=1.0, robust_steps=0) == pytest.approx([3.0, 3.0, 3.0])
