from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.welch_tests import welch_anova, welch_pair
from tests.tasks.methods.bench_reference import SETS, data, expected


@pytest.mark.parametrize("name", SETS)
def test_welchs_anova_and_t_are_those_of_r(name: str) -> None:
    d, r = data(name), expected()
    whole = welch_anova(d.values, d.codes)
    for field, key in ((whole.statistic, "f"), (whole.df1, "df1"), (whole.df2, "df2"), (whole.pvalue, "p")):
        assert field[0] == pytest.approx(r[f"{name}.welch.{key}"], rel=1e-9)
    for pair, a, b in d.pairs:
        found = welch_pair(d.values, d.codes, a, b)
        for field, key in ((found.statistic, "t"), (found.df, "df"), (found.pvalue, "p")):
            assert field[0] == pytest.approx(r[f"{name}.welch_t.{pair}.{key}"], rel=1e-9)


@pytest.mark.parametrize(
    ("second", "reason"),
    [([2.0, 2.0, 2.0], "zero_within_group_variance"), ([1.0, 1.0, 1.0], "no_variance"), ([4.0], "n_below_2")],
)
def test_groups_without_variation_have_a_reason(second: list[float], reason: str) -> None:
    values = np.array([1.0, 1.0, 1.0, *second])[:, None]
    codes = [0, 0, 0, *[1] * len(second)]
    whole, pair = welch_anova(values, codes), welch_pair(values, codes, 0, 1)
    assert whole.na_reason == pair.na_reason == (reason,)
    assert np.isnan([whole.pvalue, pair.pvalue, pair.statistic]).all()


def test_one_constant_group_stops_the_anova_and_not_the_pairs() -> None:
    values = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 4.5, 5.0, 6.0, 5.5])[:, None]
    codes = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert welch_anova(values, codes).na_reason == ("zero_within_group_variance",)
    pair = welch_pair(values, codes, 0, 1)
    assert pair.df[0] == pytest.approx(2)
    assert 0 < pair.pvalue[0] < 1
