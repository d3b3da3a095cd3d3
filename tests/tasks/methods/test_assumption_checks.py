from __future__ import annotations

import numpy as np
import pytest

from tasks.methods import group_model
from tasks.methods.assumption_checks import grubbs, levene, shapiro_wilk
from tests.tasks.methods.bench_reference import SETS, data, expected


@pytest.mark.parametrize("name", SETS)
def test_checks_are_those_of_r(name: str) -> None:
    d, r = data(name), expected()
    over = levene([d.group(g) for g in d.groups], 0.05)
    assert (over.statistic, over.pvalue) == pytest.approx((r[f"{name}.levene.f"], r[f"{name}.levene.p"]), rel=1e-9)
    rest = shapiro_wilk(group_model.residuals(d.values, d.codes)[:, 0], 0.05)
    assert (rest.statistic, rest.pvalue) == pytest.approx((r[f"{name}.shapiro.w"], r[f"{name}.shapiro.p"]), rel=1e-6)
    for g in d.groups:
        one = shapiro_wilk(d.group(g), 0.05)
        known = (r[f"{name}.shapiro.{g}.w"], r[f"{name}.shapiro.{g}.p"])
        assert (one.statistic, one.pvalue) == pytest.approx(known, rel=1e-5, abs=1e-5)
        far = grubbs(d.group(g), 0.05)
        assert far.statistic == pytest.approx(r[f"{name}.grubbs.{g}.g"], rel=1e-9)
        if far.na_reason is None:
            assert far.pvalue == pytest.approx(r[f"{name}.grubbs.{g}.p"], rel=1e-6)
        else:
            assert (far.na_reason, len(np.unique(d.group(g)))) == ("other_values_equal", 2)


def test_three_values_are_uninformative_and_more_are_judged() -> None:
    three = np.array([1.0, 1.1, 9.0])
    assert {f(three, 0.05).verdict for f in (shapiro_wilk, grubbs)} == {"uninformative"}
    assert levene([three, three, np.arange(8.0)], 0.05).verdict == "uninformative"
    many = np.array([1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 9.0])
    assert [shapiro_wilk(many, 0.05).verdict, grubbs(many, 0.05).verdict] == ["doubtful", "doubtful"]
    assert grubbs(many, 0.05).suspect == 6
    assert grubbs(many[:6], 0.05).verdict == "no_objection"


def test_what_cannot_be_checked_says_why() -> None:
    level = np.full(4, 0.1) * 3
    assert [f(level, 0.05).na_reason for f in (shapiro_wilk, grubbs)] == ["no_variance"] * 2
    assert [f(level[:2], 0.05).na_reason for f in (shapiro_wilk, grubbs)] == ["n_below_3"] * 2
    assert levene([level, level], 0.05).na_reason == "no_variance"
    assert levene([level, level[:1]], 0.05).na_reason == "fewer_than_two_groups"
    assert levene([level, np.array([1.0, 2.0, 4.0])], 0.05).pvalue is not None
