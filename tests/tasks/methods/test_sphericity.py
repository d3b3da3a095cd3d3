from __future__ import annotations

import math

import numpy as np
import pytest

from tasks.methods.sphericity import sphericity


def test_spherical_contrasts_have_epsilon_1_and_w_1() -> None:
    found = sphericity(np.eye(3) * 4.0, 11)
    assert (found.epsilon_gg, found.epsilon_hf, found.mauchly_w, found.mauchly_pvalue) == pytest.approx((1, 1, 1, 1))


def test_one_contrast_is_spherical_and_not_tested() -> None:
    found = sphericity(np.array([[2.5]]), 4)
    assert (found.epsilon_gg, found.epsilon_hf) == (1, 1)
    assert math.isnan(found.mauchly_pvalue)


def test_contrasts_that_go_along_with_one_have_the_lowest_epsilon() -> None:
    direction = np.array([[1.0, 2.0, -1.0]])
    found = sphericity(direction.T @ direction, 5)
    assert found.epsilon_gg == pytest.approx(1 / 3)
    assert math.isnan(found.mauchly_w), "a singular covariance has no W"


def test_two_subjects_have_no_huynh_feldt_epsilon() -> None:
    direction = np.array([[1.0, 2.0, -1.0]])
    assert math.isnan(sphericity(direction.T @ direction, 1).epsilon_hf)
