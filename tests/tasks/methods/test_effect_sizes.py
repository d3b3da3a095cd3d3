from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods import group_model
from tasks.methods.effect_sizes import (
    explained_variance_limits,
    hedges_correction,
    noncentrality_of_f,
    noncentrality_of_t,
    omega_squared,
)
from tasks.methods.welch_tests import welch_pair
from tests.tasks.methods.bench_reference import SETS, data, expected

TOLERANCE = 2e-4  # R's effectsize finds limits by a search that stops early; the next test is exact


@pytest.mark.parametrize("name", SETS)
def test_eta_and_omega_squared_are_those_of_effectsize(name: str) -> None:
    d, r = data(name), expected()
    whole = group_model.omnibus(group_model.fit(d.values, d.codes))
    f, df1, df2 = whole.statistic, whole.df1, whole.df2
    assert (f * df1 / (f * df1 + df2))[0] == pytest.approx(r[f"{name}.eta"], rel=1e-9)
    assert omega_squared(f, df1, df2)[0] == pytest.approx(r[f"{name}.omega"], rel=1e-9)
    low, high = explained_variance_limits(f, df1, df2, 0.05)
    for limit, key in ((low, "low"), (high, "high")):
        known = r[f"{name}.eta.{key}"]  # effectsize gives λ / (λ + df2), Steiger λ / (λ + n)
        noncentrality = known / (1 - known) * df2[0]
        assert limit[0] == pytest.approx(noncentrality / (noncentrality + len(d.codes)), abs=TOLERANCE)


@pytest.mark.parametrize("name", SETS)
def test_cohens_d_and_hedges_g_are_those_of_effectsize(name: str) -> None:
    d, r = data(name), expected()
    for pair, a, b in d.pairs:
        sides = np.isin(d.codes, (a, b))
        codes = (np.array(d.codes)[sides] == b).astype(int)
        student = group_model.pair(group_model.fit(d.values[sides], codes.tolist()), 0, 1)
        assert student.statistic[0] == pytest.approx(r[f"{name}.student_t.{pair}.t"], rel=1e-9)
        assert student.pvalue[0] == pytest.approx(r[f"{name}.student_t.{pair}.p"], rel=1e-9)
        low, high = noncentrality_of_t(student.statistic, student.df, 0.95)
        factor = hedges_correction(student.df) * student.unit
        for key, scale in (("cohen_d.{}.d", student.unit), ("hedges_g.{}.g", factor)):
            whole = f"{name}.{key.format(pair)}"
            assert (student.statistic * scale)[0] == pytest.approx(r[whole], rel=1e-9)
            assert (low * scale)[0] == pytest.approx(r[f"{whole[:-1]}low"], rel=TOLERANCE, abs=TOLERANCE)
            assert (high * scale)[0] == pytest.approx(r[f"{whole[:-1]}high"], rel=TOLERANCE, abs=TOLERANCE)
        welch = welch_pair(d.values, d.codes, a, b)
        factor = hedges_correction(welch.df) * welch.unit
        assert (welch.statistic * factor)[0] == pytest.approx(r[f"{name}.welch_g.{pair}.g"], rel=1e-9)


def test_limits_are_where_the_noncentral_distributions_leave_the_tail() -> None:
    t, df = np.array([-8.0, 0.0, 0.3, 2.5, 40.0]), np.array([2.0, 4.0, 30.0, 6.5, 4.0])
    low, high = noncentrality_of_t(t, df, 0.95)
    assert stats.nct.sf(t, df, low) == pytest.approx(0.025, rel=1e-6)
    assert stats.nct.cdf(t, df, high) == pytest.approx(0.025, rel=1e-6)
    f, df1, df2 = np.array([4.0, 25.0, 300.0]), np.array([2.0, 2.0, 5.0]), np.array([12.0, 6.0, 12.0])
    low, high = noncentrality_of_f(f, df1, df2, 0.90)
    assert stats.ncf.cdf(f, df1, df2, high) == pytest.approx(0.05, rel=1e-6)
    assert stats.ncf.sf(f, df1, df2, low) == pytest.approx(0.05, rel=1e-6)


def test_limits_of_enormous_statistics_go_on_where_the_noncentral_series_ends() -> None:
    t, df = np.array([-1001.0, -999.0, 999.0, 1001.0, 1e12]), 4.0
    low, high = noncentrality_of_t(t, df, 0.95)
    assert low / t == pytest.approx([high[2] / 999] * 2 + [low[2] / 999] * 3, rel=5e-5)
    assert high[4] / low[4] == pytest.approx(high[2] / low[2], rel=5e-5)
    f = np.array([0.999e6, 1.001e6, 1e18]) / 2
    low, high = noncentrality_of_f(f, 2, 6, 0.90)
    assert low / f == pytest.approx(low[0] / f[0], rel=1e-4)
    assert high / f == pytest.approx(high[0] / f[0], rel=1e-4)


def test_the_interval_of_eta_squared_excludes_zero_just_where_f_is_significant() -> None:
    critical = stats.f.isf(0.05, 3, 12)
    low, high = explained_variance_limits(np.array([critical - 0.01, critical + 0.01, 0.0, np.nan]), 3, 12, 0.05)
    assert low[0] == 0 < low[1]
    assert (low[2], high[2]) == (0, 0)
    assert np.isnan(low[3])
    assert np.isnan(high[3])


def test_hedges_factor() -> None:
    assert hedges_correction([4, 10, 1e6]) == pytest.approx([0.797884561, 0.922745595, 1.0], abs=1e-6)
    assert np.isnan(hedges_correction([1.0, np.nan, 0.0])).all()
