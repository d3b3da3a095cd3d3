from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import polygamma

from tasks.methods.linear_models import lm_fit
from tasks.methods.variance_prior import trigamma_inverse, variance_prior
from tasks.methods.voom import voom
from tests.tasks.methods.limma_reference import simulated, simulated_numbers


def test_the_prior_of_a_voom_fit_is_rs(shared: Path) -> None:
    about = simulated(shared)
    found = voom(about.counts, about.paired.matrix, about.sizes)
    fit = lm_fit(found.values, about.paired.matrix, found.weights)
    prior = variance_prior(fit.variances, fit.residual_df)
    assert [prior.df[0], prior.variances[0]] == pytest.approx(simulated_numbers()["voom_prior"], rel=1e-9)


@pytest.mark.parametrize("x", [1e-5, 0.01, 0.7, 3.0, 500.0, 1e8])
def test_the_trigamma_function_is_inverted(x: float) -> None:
    assert trigamma_inverse(float(polygamma(1, x))) == pytest.approx(x, rel=1e-6)


def test_simulated_prior_degrees_of_freedom_are_found_again() -> None:
    random = np.random.default_rng(4)
    true = 8 * 0.5 / random.chisquare(8, size=20000)
    observed = true * random.chisquare(6, size=20000) / 6
    prior = variance_prior(observed, 6)
    assert prior.df[0] == pytest.approx(8, rel=0.1)
    assert prior.variances[0] == pytest.approx(0.5, rel=0.05)


def test_variances_no_more_spread_than_chance_are_all_the_same() -> None:
    observed = np.random.default_rng(7).chisquare(6, size=50) / 6
    tame = np.exp(np.log(observed) / 3)
    for covariate in (None, np.arange(50.0)):
        prior = variance_prior(tame, 6, covariate)
        assert np.isinf(prior.df).all()
        assert (prior.posterior(tame, 6) == prior.variances).all()


def test_one_variance_is_left_and_zero_ones_are_offset() -> None:
    alone = variance_prior(np.array([0.3]), 4)
    assert alone.posterior(np.array([0.3]), 4).tolist() == [0.3]
    for zeros in (1, 4):
        some = np.array([0.0] * zeros + [0.5, 1.0, 2.0])
        assert np.isfinite(variance_prior(some, 4).variances).all()
    two = variance_prior(np.array([0.5, 1.0]), 4, np.array([1.0, 2.0]))
    assert np.isfinite(two.variances).all()
