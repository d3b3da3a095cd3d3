from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tasks.methods.linear_models import lm_fit
from tasks.methods.moderated_t import e_bayes, moderated_t
from tasks.methods.voom import log_cpm, voom, voom_with_quality_weights
from tests.tasks.methods.limma_reference import simulated, simulated_column, simulated_numbers


def test_quality_weights_and_their_t_are_rs(shared: Path) -> None:
    about = simulated(shared)
    design = about.paired.matrix
    found = voom_with_quality_weights(about.counts, design, about.sizes)
    assert found.sample_weights == pytest.approx(simulated_numbers()["quality_weights"], rel=1e-9)
    model = e_bayes(lm_fit(found.values, design, found.weights))
    tested = moderated_t(model, about.paired.contrast(reference="IL1b", target="USC"))
    expected, mine = simulated_column(about, "quality", tested.t)
    assert np.abs(mine - expected).max() < 1e-6


def test_small_counts_weigh_less() -> None:
    random = np.random.default_rng(2)
    means = np.geomspace(3, 3000, 400)
    counts = random.negative_binomial(10, 10 / (10 + np.tile(means[:, None], (1, 6)))).astype(float)
    counts[0] = 0
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    found = voom(counts, design, counts.sum(axis=0))
    assert found.weights[:100].mean() < found.weights[300:].mean() / 2
    assert (found.sample_weights == 1).all()
    assert found.weights.shape == found.values.shape == counts.shape


def test_without_residuals_or_with_one_feature_every_weight_is_one() -> None:
    counts = np.array([[5.0, 9.0], [50.0, 30.0]])
    for used, design in ((counts, np.eye(2)), (counts[:1], np.ones((2, 1)))):
        assert (voom(used, design, np.array([1e6, 1e6])).weights == 1).all()


def test_log_counts_per_million_add_the_prior_in_proportion_to_the_library() -> None:
    # cpm(matrix(c(0, 10, 5, 40), 2), lib.size = c(1e6, 3e6), log = TRUE, prior.count = 3)
    found = log_cpm(np.array([[0.0, 5.0], [10.0, 40.0]]), np.array([1e6, 3e6]))
    expected = np.array([[0.5849581726, 1.662960685], [3.5235576280, 3.890766602]])
    assert found == pytest.approx(expected, abs=1e-8)


def test_where_hardly_a_feature_varies_weights_stay_finite() -> None:
    design = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    same = np.tile(np.arange(20.0, 60)[:, None], (1, 6))
    noisy = same.copy()
    noisy[3] = [20, 25, 30, 25, 40, 10]
    for counts in (same, noisy):
        found = voom(counts, design, np.full(6, 1e6))
        assert np.isfinite(found.weights).all()
        assert (found.weights > 0).all()
