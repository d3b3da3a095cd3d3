from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.methods import group_model, multiplicity
from tasks.methods.group_results import stacked
from tasks.methods.welch_tests import welch_pair
from tests.tasks.methods.bench_reference import SETS, data, expected


@pytest.mark.parametrize("name", SETS)
def test_corrections_on_the_pooled_mse_are_those_of_emmeans_and_multcomp(name: str) -> None:
    d, r = data(name), expected()
    model = group_model.fit(d.values, d.codes)
    pairs = [group_model.pair(model, a, b) for _, a, b in d.pairs]
    groups, size = len(d.groups), len(pairs)
    p, t, df, se, diff = (stacked(pairs, x) for x in ("pvalue", "statistic", "df", "spread", "difference"))
    found = {
        "bonferroni": (multiplicity.bonferroni(p, size), multiplicity.t_width(0.05 / size, df), 1e-9),
        "none": (p, multiplicity.t_width(0.05, df), 1e-9),
        "holm": (multiplicity.holm(p, size), multiplicity.t_width(0.05 / size, df), 1e-9),
        "tukey": (multiplicity.tukey(t, p, df, groups), multiplicity.tukey_width(0.05, df, groups), 2e-7),
    }
    for correction, (padj, width, within) in found.items():
        for row, (pair, *_) in enumerate(d.pairs):
            assert padj[row, 0] == pytest.approx(r[f"{name}.{correction}.{pair}.p"], rel=1e-9, abs=within)
            for limit, sign in (("low", -1), ("high", 1)):
                end = diff[row, 0] + sign * width[row, 0] * se[row, 0]
                assert end == pytest.approx(r[f"{name}.{correction}.{pair}.{limit}"], rel=1e-6, abs=1e-6)
    controls = [(0, b) for b in range(1, groups)]
    correlation = group_model.correlation(model, controls)
    first = slice(0, groups - 1)
    padj = multiplicity.dunnett(t[first], p[first], df[first], correlation)
    width = multiplicity.dunnett_width(0.05, df[first], correlation)
    for row, (pair, *_) in enumerate(d.pairs[first]):
        assert padj[row, 0] == pytest.approx(r[f"{name}.dunnett.{pair}.p"], rel=1e-8, abs=1e-9)
        end = diff[row, 0] + width[row, 0] * se[row, 0]
        assert end == pytest.approx(r[f"{name}.dunnett.{pair}.high"], rel=1e-7)
    assert padj[0, 0] == pytest.approx(
        r[f"{name}.glht_dunnett.{d.pairs[0][0]}.p"], abs=1e-4
    )  # multcomp draws at random


def test_blocks_of_donors_are_corrected_as_emmeans_and_multcomp_do() -> None:
    d, r = data("donors"), expected()
    model = group_model.fit(d.values, d.codes, [d.blocks])
    pairs = [group_model.pair(model, a, b) for _, a, b in d.pairs]
    p, t, df = (stacked(pairs, x) for x in ("pvalue", "statistic", "df"))
    padj = multiplicity.tukey(t, p, df, 4)
    one = multiplicity.dunnett(t[:3], p[:3], df[:3], group_model.correlation(model, [(0, 1), (0, 2), (0, 3)]))
    for row, (pair, *_) in enumerate(d.pairs):
        assert padj[row, 0] == pytest.approx(r[f"donors.block.tukey.{pair}.p"], abs=2e-7)
        if row < 3:
            assert one[row, 0] == pytest.approx(r[f"donors.block.dunnett.{pair}.p"], rel=1e-8, abs=1e-9)
    keep = [i for i in range(12) if i not in (1, 10)]
    model = group_model.fit(d.values[keep], [d.codes[i] for i in keep], [[d.blocks[i] for i in keep]])
    pairs = [group_model.pair(model, 0, b) for b in (1, 2, 3)]
    p, t, df = (stacked(pairs, x) for x in ("pvalue", "statistic", "df"))
    some = multiplicity.dunnett(t, p, df, group_model.correlation(model, [(0, 1), (0, 2), (0, 3)]))
    for row, (pair, *_) in enumerate(d.pairs[:3]):
        assert some[row, 0] == pytest.approx(r[f"donors.incomplete.dunnett.{pair}.p"], abs=2e-5)


@pytest.mark.parametrize("name", SETS)
def test_games_howell_is_welchs_t_on_the_studentized_range(name: str) -> None:
    d, r = data(name), expected()
    pairs = [welch_pair(d.values, d.codes, a, b) for _, a, b in d.pairs]
    p, t, df, se, diff = (stacked(pairs, x) for x in ("pvalue", "statistic", "df", "spread", "difference"))
    padj = multiplicity.tukey(t, p, df, len(d.groups))
    high = diff + multiplicity.tukey_width(0.05, df, len(d.groups)) * se
    samples = [d.group(g) for g in d.groups]
    known = stats.tukey_hsd(*samples, equal_var=False)
    for row, (pair, a, b) in enumerate(d.pairs):
        assert padj[row, 0] == pytest.approx(known.pvalue[a, b], rel=1e-9, abs=1e-12)
        assert padj[row, 0] == pytest.approx(r[f"{name}.games_howell.{pair}.p"], abs=2e-6)
        assert padj[row, 0] == pytest.approx(r[f"{name}.games_howell.{pair}.rstatix_p"], abs=2e-3)  # it rounds
        assert high[row, 0] == pytest.approx(r[f"{name}.games_howell.{pair}.high"], rel=1e-5)


def test_holm_counts_pairs_that_could_not_be_tested() -> None:
    found = multiplicity.holm(np.array([[0.01, 0.5], [np.nan, 0.5], [0.02, 0.01]]), 3)
    assert found[:, 0] == pytest.approx([0.03, np.nan, 0.04], nan_ok=True)
    assert found[:, 1] == pytest.approx([1.0, 1.0, 0.03])


def test_tiny_p_values_stay_between_the_bare_and_bonferronis() -> None:
    t, df = np.array([[60.0]]), np.array([[30.0]])
    p = 2 * stats.t.sf(t, df)
    for found in (multiplicity.tukey(t, p, df, 4), multiplicity.dunnett(t, p, df, np.eye(3) / 2 + 0.5)):
        assert p[0, 0] <= found[0, 0] <= 6 * p[0, 0]
        assert found[0, 0] > 0
