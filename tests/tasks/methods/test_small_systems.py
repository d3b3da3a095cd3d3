from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.small_systems import inverses, log_determinants, lower_factors, solutions, symmetric


@pytest.mark.parametrize("size", [1, 2, 5, 23])
def test_factors_give_lapacks_determinants_inverses_and_solutions(size: int) -> None:
    random = np.random.default_rng(size)
    halves = random.normal(size=(40, size, size + 2)) * random.lognormal(0, 2, size=(40, 1, 1))
    matrices, right = halves @ halves.transpose(0, 2, 1), random.normal(size=(size, 40))
    lower = lower_factors(np.ascontiguousarray(matrices.transpose(1, 2, 0)))
    assert log_determinants(lower) == pytest.approx(np.linalg.slogdet(matrices)[1], rel=1e-9)
    expected = np.linalg.inv(matrices)
    assert inverses(lower).transpose(2, 0, 1) == pytest.approx(expected, rel=1e-6, abs=1e-9 * np.abs(expected).max())
    back = np.einsum("gij,jg->ig", matrices, solutions(lower, right))
    assert back == pytest.approx(right, rel=1e-6, abs=1e-6)


def test_a_matrix_that_is_not_positive_definite_has_no_factor() -> None:
    matrices = np.array([[[4.0, -1.0]]])
    assert lower_factors(matrices)[0, 0].tolist() == pytest.approx([2.0, np.nan], nan_ok=True)


def test_packed_triangles_become_symmetric_matrices() -> None:
    packed = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]])
    assert symmetric(packed)[:, :, 0].tolist() == [[1, 2, 3], [2, 4, 5], [3, 5, 6]]
    assert symmetric(packed[:0]).shape == (0, 0, 1)
