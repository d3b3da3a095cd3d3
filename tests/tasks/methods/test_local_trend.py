from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.local_trend import local_trend


def test_a_quadratic_in_logs_comes_back_between_the_means_and_beyond() -> None:
    means = np.exp(np.linspace(0, 6, 200))

    def quadratic(mean: np.ndarray) -> np.ndarray:
        return np.exp(0.1 * np.log(mean) ** 2 - np.log(mean) + 0.5)

    found = local_trend(means, quadratic(means))
    assert found is not None
    assert found(means) == pytest.approx(quadratic(means), rel=1e-9)
    beyond = np.exp(np.array([-2.0, 8.0]))
    assert found(beyond) == pytest.approx(quadratic(beyond), rel=1e-6)
    assert np.isnan(found(np.array([0.0]))[0])


def test_too_few_genes_have_no_trend() -> None:
    assert local_trend(np.array([1.0, 2.0, 3.0, 4.0]), np.full(4, 0.1)) is None
    assert local_trend(np.full(50, 7.0), np.full(50, 0.1)) is None
