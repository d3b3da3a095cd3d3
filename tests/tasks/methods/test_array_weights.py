from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tasks.methods.array_weights import array_weights, array_weights_together
from tasks.methods.voom import log_cpm
from tests.tasks.methods.limma_reference import simulated, simulated_numbers


def test_the_weights_of_unweighted_values_are_rs(shared: Path) -> None:
    about = simulated(shared)
    found = array_weights(log_cpm(about.counts, about.sizes), about.plain.matrix)
    assert found == pytest.approx(simulated_numbers()["array_weights_plain"], rel=1e-9)


def test_a_noisy_sample_weighs_less_and_features_without_variance_say_nothing() -> None:
    values = np.random.default_rng(3).normal(size=(900, 8))
    values[:, 2] *= 4
    design = np.column_stack([np.ones(8), [0, 1] * 4])
    found = array_weights(values, design)
    assert found.argmin() == 2
    assert found[2] / np.delete(found, 2).mean() == pytest.approx(1 / 16, rel=0.3)
    assert np.prod(found) == pytest.approx(1)
    with_constant = array_weights(np.vstack([values, np.zeros((20, 8))]), design)
    assert with_constant == pytest.approx(found)


def test_one_residual_degree_of_freedom_tells_no_weights() -> None:
    assert array_weights(np.ones((5, 3)), np.eye(3)[:, :2]).tolist() == [1, 1, 1]
    assert array_weights_together(np.ones((5, 3)), np.eye(3)[:, :2]).tolist() == [1, 1, 1]


def test_all_features_together_see_the_noisy_sample_too() -> None:
    # R's numbers of this way: tests/tasks/analyses/test_expression_designs.py
    values = np.random.default_rng(3).normal(size=(900, 8))
    values[:, 2] *= 4
    design = np.column_stack([np.ones(8), [0, 1] * 4])
    found = array_weights_together(values, design)
    assert found == pytest.approx(array_weights(values, design), rel=0.15)
    assert np.prod(found) == pytest.approx(1)
    assert array_weights_together(np.vstack([values, np.zeros((20, 8))]), design) == pytest.approx(found)
    assert array_weights_together(values[:1], design).tolist() == [1] * 8
    assert array_weights_together(np.zeros((9, 8)), design).tolist() == [1] * 8
