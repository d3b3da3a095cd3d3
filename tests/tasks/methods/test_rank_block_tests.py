from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods.rank_block_tests import friedman, friedman_pair, signed_ranks
from tests.tasks.methods.bench_reference import data, expected

DONORS = data("donors").values.reshape(3, 4, 1)  # written donor by donor


def test_friedmans_test_is_that_of_r_and_its_p_counts_all_orders() -> None:
    r, found = expected(), friedman(DONORS)
    assert found.statistic[0] == pytest.approx(r["donors.friedman.chi"], rel=1e-9)
    assert found.pvalue[0] == pytest.approx(r["donors.friedman.p"], rel=1e-9)
    assert found.least_pvalue[0] == pytest.approx(1 / 24**2)
    assert found.effect[0] == pytest.approx(r["donors.friedman.chi"] / 9)
    for pair, a, b in data("donors").pairs:
        assert friedman_pair(DONORS, a, b).pvalue[0] == pytest.approx(r[f"donors.friedman_ranks.{pair}.p"], rel=1e-9)


def test_a_large_table_is_tested_by_chi_square_with_ties_corrected() -> None:
    table = np.random.default_rng(3).integers(0, 4, (5, 7, 2)).astype(float)
    found = friedman(table)
    for family in range(2):
        known = stats.friedmanchisquare(*table[:, :, family].T)
        assert found.statistic[family] == pytest.approx(known.statistic, rel=1e-9)
        assert found.pvalue[family] == pytest.approx(known.pvalue, rel=1e-9)
    assert (found.df1 == 6).all()


def test_signed_ranks_are_those_of_r_with_ties_and_zeros_too() -> None:
    d, r = data("even"), expected()
    found = signed_ranks(d.group("il1b")[:, None], d.group("usc")[:, None])
    assert found.statistic[0] == r["even.signed.v"]
    assert found.pvalue[0] == pytest.approx(r["even.signed.p"], rel=1e-9)
    tied = np.array([1.0, -1, 2, 2, 3, -4, 5, 0])[:, None]
    found = signed_ranks(np.zeros_like(tied), tied)
    assert found.pvalue[0] == pytest.approx(r["tied.signed.p"], rel=1e-9)


def test_many_pairs_use_the_normal_approximation() -> None:
    change = np.random.default_rng(4).normal(0.3, 1, 80)
    found = signed_ranks(np.zeros((80, 1)), change[:, None])
    known = stats.wilcoxon(change, method="approx", correction=True)
    assert found.pvalue[0] == pytest.approx(known.pvalue, rel=1e-9)


def test_equal_values_have_a_reason() -> None:
    level = np.ones((3, 3, 1))
    found = [friedman(level), friedman_pair(level, 0, 1), signed_ranks(level[:, 0], level[:, 1])]
    assert [x.na_reason for x in found] == [("no_variance",)] * 3
    assert np.isnan([x.pvalue for x in found]).all()
