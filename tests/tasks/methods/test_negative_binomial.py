from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tasks.methods.negative_binomial import Alternative, fit_coefficients, log_likelihood, standard_errors, wald

DESIGN = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
SIZES = np.array([1.0, 0.8, 1.3, 1.1, 0.9, 1.0])
ALPHA = np.array([0.05, 0.2, 1e-8, 0.4])


def counts() -> np.ndarray:
    random = np.random.default_rng(3)
    mu = SIZES[:, None] * np.exp(DESIGN @ np.array([[5.0, 3.0, 4.0, 1.0], [1.0, 0.0, -0.5, 0.2]]))
    return random.poisson(mu * random.gamma(1 / 0.1, 0.1, mu.shape)).astype(float)


def test_the_likelihood_is_scipys_and_poissons_without_overdispersion() -> None:
    y, mu = counts(), counts() + 2.5
    for alpha in (0.01, 0.3, 2.0):
        expected = stats.nbinom.logpmf(y, 1 / alpha, 1 / (1 + mu * alpha)).sum(axis=0)
        assert log_likelihood(y, mu, np.full(4, alpha)) == pytest.approx(expected, rel=1e-9)
    assert log_likelihood(y, mu, np.full(4, 1e-12)) == pytest.approx(stats.poisson.logpmf(y, mu).sum(axis=0), rel=1e-6)


def test_coefficients_leverages_and_wald_tests_equal_pydeseq2s_gene_by_gene() -> None:
    from pydeseq2.utils import irls_solver  # noqa: PLC0415  # slow import
    from pydeseq2.utils import wald_test as one_gene  # noqa: PLC0415  # slow import

    y = counts()
    found = fit_coefficients(y, SIZES[:, None], DESIGN, ALPHA)
    contrast = np.array([0.0, 1.0])
    error = standard_errors(DESIGN, ALPHA, found.means, contrast)
    effect = found.beta @ contrast
    for i in range(4):
        one = irls_solver(y[:, i], SIZES, DESIGN, ALPHA[i])
        assert found.beta[i] == pytest.approx(one[0], rel=1e-5, abs=1e-7)
        assert found.means[:, i] == pytest.approx(one[1], rel=1e-5)
        assert found.leverages[:, i] == pytest.approx(one[2], rel=1e-5)
        ridge = 1e-6 * np.eye(2)
        for null, kind in ((0.0, None), (0.5, "greaterAbs")):
            pvalue, statistic = wald(effect, error, threshold=null)
            alone = one_gene(DESIGN, ALPHA[i], found.beta[i], found.means[:, i], ridge, contrast, null, kind)
            assert [pvalue[i], statistic[i], error[i]] == pytest.approx(list(alone), rel=1e-4, abs=1e-12)


def test_a_gene_that_does_not_settle_is_searched_to_the_same_maximum() -> None:
    y = counts()
    few = fit_coefficients(y, SIZES[:, None], DESIGN, ALPHA, steps=1)
    many = fit_coefficients(y, SIZES[:, None], DESIGN, ALPHA)
    assert few.beta == pytest.approx(many.beta, abs=2e-3)


def test_a_group_without_reads_has_a_finite_coefficient_within_the_bounds() -> None:
    y = np.array([[0.0, 0.0, 0.0, 9.0, 40000.0, 3.0]]).T
    found = fit_coefficients(y, SIZES[:, None], DESIGN, np.array([8.0]))
    assert np.isfinite(found.beta).all()
    assert found.beta[0, 1] > 5
    assert (np.abs(found.beta) <= 30).all()


def test_a_threshold_is_tested_on_the_effect_and_an_unknown_effect_has_no_test() -> None:
    pvalue, statistic = wald(np.array([0.1, -2.0, np.nan]), np.array([0.1, 0.5, 0.1]), threshold=0.5)
    assert (pvalue[0], statistic[0]) == (1.0, 0.0)
    assert (statistic[1], pvalue[1]) == (-3.0, pytest.approx(2 * stats.norm.sf(3.0)))
    assert np.isnan(pvalue[2])
    assert np.isnan(statistic[2])


@pytest.mark.parametrize("alternative", get_args(Alternative))
def test_alternatives_of_a_threshold_test_are_deseq2s(shared: Path, alternative: Alternative) -> None:
    folder = shared / "data" / "sequencing" / "counts" / "pydeseq2_synthetic"
    table = pl.read_csv(folder / f"single_factor_r_test_res_{alternative}.csv")
    effect, error = (table[name].to_numpy() for name in ("log2FoldChange", "lfcSE"))
    pvalue, statistic = wald(effect, error, threshold=0.5, alternative=alternative)
    assert pvalue == pytest.approx(table["pvalue"].to_numpy(), rel=1e-10)
    assert statistic == pytest.approx(table["stat"].to_numpy(), abs=1e-10)
