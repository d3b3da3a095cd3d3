from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods.multiplicity import holm
from tasks.methods.rank_tests import dunn, kruskal_wallis, mann_whitney
from tests.tasks.methods.bench_reference import SETS, data, expected


@pytest.mark.parametrize("name", SETS)
def test_dunns_and_mann_whitneys_tests_are_those_of_r(name: str) -> None:
    d, r = data(name), expected()
    assert kruskal_wallis(d.values, d.codes).statistic[0] == pytest.approx(r[f"{name}.kruskal.h"], rel=1e-9)
    compared = [dunn(d.values, d.codes, a, b) for _, a, b in d.pairs]
    adjusted = holm(np.array([x.pvalue for x in compared]), len(compared))
    for (pair, a, b), found, padj in zip(d.pairs, compared, adjusted, strict=True):
        assert found.statistic[0] == pytest.approx(r[f"{name}.dunn.{pair}.z"], rel=1e-9, abs=1e-12)
        assert found.pvalue[0] == pytest.approx(r[f"{name}.dunn.{pair}.p"], rel=1e-9)
        assert padj[0] == pytest.approx(r[f"{name}.dunn.{pair}.holm"], rel=1e-9)
        assert found.effect[0] == pytest.approx(r[f"{name}.rank_biserial.{pair}.r"], abs=1e-9)
        two = mann_whitney(d.values, d.codes, a, b)
        assert two.statistic[0] == r[f"{name}.mann_whitney.{pair}.u"]
        assert two.pvalue[0] == pytest.approx(r[f"{name}.mann_whitney.{pair}.p"], rel=1e-9)
        assert two.effect[0] == pytest.approx(r[f"{name}.rank_biserial.{pair}.r"], abs=1e-9)


@pytest.mark.parametrize("name", ["even", "uneven"])
def test_the_exact_p_of_three_groups_counts_all_deals(name: str) -> None:
    d = data(name)
    kept = [i for i, c in enumerate(d.codes) if c < 3]
    found = kruskal_wallis(d.values[kept], [d.codes[i] for i in kept])
    assert found.pvalue[0] == pytest.approx(expected()[f"{name}.kruskal3.p"], rel=1e-9)
    assert np.isnan(found.df1[0])


def test_many_units_are_tested_by_approximations() -> None:
    d, r = data("plants"), expected()
    whole = kruskal_wallis(d.values, d.codes)
    assert whole.pvalue[0] == pytest.approx(r["plants.kruskal.chi_p"], rel=1e-9)
    assert whole.df1[0] == 2
    values = np.arange(50.0)[:, None] ** 1.5
    codes = [0, 1] * 25
    two = mann_whitney(values, codes, 0, 1)
    assert two.pvalue[0] == stats.mannwhitneyu(values[1::2, 0], values[::2, 0], method="asymptotic").pvalue
    assert np.isnan(two.least_pvalue[0])


def test_three_against_three_cannot_go_below_a_tenth() -> None:
    values = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]).T
    found = mann_whitney(values, [0, 0, 0, 1, 1, 1], 0, 1)
    assert found.pvalue[0] == found.least_pvalue[0] == pytest.approx(0.1)
    assert found.effect[0] == 1
    whole = kruskal_wallis(values, [0, 0, 1, 1, 2, 2])
    assert whole.pvalue[0] == whole.least_pvalue[0] == pytest.approx(6 / 90)


def test_ties_and_equal_values() -> None:
    level = np.full((6, 1), 3.0)
    for found in (
        kruskal_wallis(level, [0, 0, 1, 1, 2, 2]),
        mann_whitney(level, [0, 0, 0, 1, 1, 1], 0, 1),
        dunn(level, [0, 0, 0, 1, 1, 1], 0, 1),
    ):
        assert found.na_reason == ("no_variance",)
        assert np.isnan(found.pvalue[0])
