from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from tasks.methods.dispersions import dispersions_on_grid, fit_dispersions
from tasks.methods.negative_binomial import log_likelihood

DESIGN = np.column_stack([np.ones(8), np.arange(8) % 2])


def simulated() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    mu = np.exp(DESIGN @ np.array([[5.0, 6.0, 4.0], [0.5, 0.0, 1.0]]))
    return random.poisson(mu * random.gamma(1 / 0.3, 0.3, mu.shape)).astype(float), mu


def objective(y: np.ndarray, mu: np.ndarray, log_alpha: float, prior: tuple[float, float] | None) -> float:
    alpha = np.array([np.exp(log_alpha)])
    weights = (mu / (1 + mu * alpha))[:, 0]
    value = log_likelihood(y, mu, alpha)[0] - 0.5 * np.linalg.slogdet(DESIGN.T @ (weights[:, None] * DESIGN))[1]
    return -value if prior is None else -value + (log_alpha - np.log(prior[0])) ** 2 / (2 * prior[1])


@pytest.mark.parametrize("prior", [None, (0.1, 0.5)])
def test_dispersions_are_the_maximum_of_the_adjusted_likelihood(prior: tuple[float, float] | None) -> None:
    y, mu = simulated()
    start, trend = np.full(3, 0.1), None if prior is None else np.full(3, 0.1)
    found, settled = fit_dispersions(y, DESIGN, mu, start, trend=trend, prior_variance=0.5)
    grid = dispersions_on_grid(y, DESIGN, mu, bounds=(1e-8, 10.0), trend=trend, prior_variance=0.5)
    assert settled.all()
    for i in range(3):
        best = minimize_scalar(
            lambda x, i=i: objective(y[:, [i]], mu[:, [i]], x, prior), bounds=(-6, 3), method="bounded"
        )
        assert np.log(found[i]) == pytest.approx(best.x, abs=0.01)
        assert np.log(grid[i]) == pytest.approx(best.x, abs=0.15)


def test_genes_that_start_without_overdispersion_stay_there_unless_their_counts_object() -> None:
    mu = np.full((8, 1), 100.0)
    even = np.array([[98.0, 101.0, 99.0, 102.0, 100.0, 97.0, 103.0, 100.0]]).T
    found, _ = fit_dispersions(even, DESIGN, mu, np.array([1e-8]), trend=None, prior_variance=1.0)
    assert found[0] == 1e-8
