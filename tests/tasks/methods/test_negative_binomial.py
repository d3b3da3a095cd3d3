from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods.negative_binomial import fit_coefficients, log_likelihood, wald

DESIGN = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
SIZES = np.array([1.0, 0.8, 1.3, 1.1, 0.9, 1.0])
ALPHA = np.array([0.05, 0.2, 1e-8, 0.4])


def counts() -> np.ndarray:
    random = np.random.default_rng(3)
    mu = SIZES[:, None] * np.exp(DESIGN @ np.array([[5.0, 3.0, 4.0, 1.0], [1.0, 0.0, -0.5, 0.2]]))
    return random.poisson(mu * random.gamma(1 / 0.1, 0.1, mu.shape)).astype(float)


def test_the_likelihood_is_scipys_up_to_a_constant_of_the_counts_and_poissons_without_overdispersion() -> None:
    y, mu = counts(), counts() + 2.5
    for one, other in ((0.01, 0.3), (0.5, 2.0)):
        difference = log_likelihood(y, mu, np.full(4, one)) - log_likelihood(y, mu, np.full(4, other))
        expected = [stats.nbinom.logpmf(y, 1 / a, 1 / (1 + mu * a)).sum(axis=0) for a in (one, other)]
        assert difference == pytest.approx(expected[0] - expected[1], rel=1e-9)
    poisson = stats.poisson.logpmf(y, mu).sum(axis=0) - stats.nbinom.logpmf(y, 10, 1 / (1 + mu * 0.1)).sum(axis=0)
    limit = log_likelihood(y, mu, np.full(4, 1e-12)) - log_likelihood(y, mu, np.full(4, 0.1))
    assert limit == pytest.approx(poisson, rel=1e-6)


def test_coefficients_leverages_and_wald_tests_equal_pydeseq2s_gene_by_gene() -> None:
    from pydeseq2.utils import irls_solver  # noqa: PLC0415  # slow import
    from pydeseq2.utils import wald_test as one_gene  # noqa: PLC0415  # slow import

    y = counts()
    beta, mu, leverage, converged = fit_coefficients(y, SIZES, DESIGN, ALPHA, min_mu=0.5, tolerance=1e-8, steps=250)
    assert converged.all()
    contrast = np.array([0.0, 1.0])
    found = wald(DESIGN, ALPHA, beta, mu, contrast, threshold=0.0)
    tested = wald(DESIGN, ALPHA, beta, mu, contrast, threshold=0.5)
    for i in range(4):
        one = irls_solver(y[:, i], SIZES, DESIGN, ALPHA[i])
        assert beta[i] == pytest.approx(one[0], rel=1e-6, abs=1e-8)
        assert mu[:, i] == pytest.approx(one[1], rel=1e-6)
        assert leverage[:, i] == pytest.approx(one[2], rel=1e-6)
        ridge = 1e-6 * np.eye(2)
        for mine, null, kind in ((found, 0.0, None), (tested, 0.5, "greaterAbs")):
            alone = one_gene(DESIGN, ALPHA[i], beta[i], mu[:, i], ridge, contrast, null, kind)
            assert [m[i] for m in mine] == pytest.approx(list(alone), rel=1e-6, abs=1e-12)


def test_a_threshold_is_tested_on_the_contrast_of_two_levels_that_are_not_the_reference() -> None:
    design = np.column_stack([np.ones(6), [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]])
    beta, mu = np.array([[4.0, 2.0, 2.1]]), np.full((6, 1), 60.0)
    pvalue, statistic, _ = wald(design, np.array([0.05]), beta, mu, np.array([0.0, -1.0, 1.0]), threshold=0.5)
    assert (statistic[0], pvalue[0]) == (0.0, 1.0)


def test_a_gene_without_a_mean_has_no_test() -> None:
    mu = np.full((6, 2), 10.0)
    mu[:, 1] = np.nan
    pvalue, statistic, error = wald(
        DESIGN, np.array([0.1, np.nan]), np.ones((2, 2)), mu, np.array([0.0, 1.0]), threshold=0
    )
    assert np.isnan([pvalue[1], statistic[1], error[1]]).all()
    assert np.isfinite(pvalue[0])
