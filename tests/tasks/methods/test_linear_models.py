from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.linear_models import Blocks, lm_fit, membership

DESIGN = np.column_stack([np.ones(8), [0, 1] * 4, [0, 0, 0, 0, 1, 1, 1, 1]]).astype(float)
DONORS = ["a", "a", "b", "b", "c", "c", "c", "d"]


@given(st.integers(0, 10**6), st.booleans(), st.sampled_from([None, -0.3, 0.0, 0.6]))
def test_every_feature_is_fitted_as_it_would_be_alone(seed: int, weighted: bool, correlation: float | None) -> None:  # noqa: FBT001
    random = np.random.default_rng(seed)
    values = random.normal(size=(5, 8))
    weights = random.gamma(2, size=(5, 8)) + 0.01 if weighted else None
    blocks = None if correlation is None else Blocks(DONORS, correlation)
    found = lm_fit(values, DESIGN, weights, blocks)
    shared = membership(DONORS) @ membership(DONORS).T
    correlations = np.eye(8) if correlation is None else np.where(np.eye(8), 1, correlation * shared)
    for g in range(5):
        root = np.sqrt(weights[g]) if weights is not None else np.ones(8)
        precision = root[:, None] * np.linalg.inv(correlations) * root
        covariance = np.linalg.inv(DESIGN.T @ precision @ DESIGN)
        beta = covariance @ DESIGN.T @ precision @ values[g]
        residuals = values[g] - DESIGN @ beta
        assert found.coefficients[g] == pytest.approx(beta, rel=1e-7, abs=1e-9)
        assert found.covariance[g % len(found.covariance)] == pytest.approx(covariance, rel=1e-7, abs=1e-9)
        assert found.variances[g] == pytest.approx(residuals @ precision @ residuals / 5, rel=1e-7)


def test_a_contrast_is_the_difference_whatever_the_reference() -> None:
    random = np.random.default_rng(3)
    groups = np.repeat(np.eye(3), 3, axis=0)
    values, weights = random.normal(size=(4, 9)), random.gamma(2, size=(4, 9))
    first = lm_fit(values, np.column_stack([np.ones(9), groups[:, 1:]]), weights)
    last = lm_fit(values, np.column_stack([np.ones(9), groups[:, :2]]), weights)
    for mine, other in zip(first.contrast(np.array([0, 1.0, -1])), last.contrast(np.array([0, 0, 1.0])), strict=True):
        assert mine == pytest.approx(other, rel=1e-9)


def test_weights_of_samples_hold_for_all_features_and_no_residuals_mean_no_variance() -> None:
    values, weights = np.random.default_rng(2).normal(size=(3, 8)), np.arange(1.0, 9)
    of_samples = lm_fit(values, DESIGN, weights)
    of_each = lm_fit(values, DESIGN, np.tile(weights, (3, 1)))
    assert of_samples.covariance.shape == (1, 3, 3)
    assert of_samples.coefficients == pytest.approx(of_each.coefficients)
    assert of_samples.variances == pytest.approx(of_each.variances)
    saturated = lm_fit(values[:, :3], np.eye(3))
    assert saturated.coefficients == pytest.approx(values[:, :3])
    assert np.isnan(saturated.variances).all()
