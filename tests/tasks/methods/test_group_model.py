from __future__ import annotations

import csv
import gzip
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.group_model import GroupFit, fit, omnibus, pair, residuals
from tasks.methods.group_results import Floats
from tasks.methods.multiplicity import bonferroni, t_width

# tests/reference/randomised_block.R
BLOCK_VALUES = [5.1, 6.3, 7.9, 4.2, 5.9, 6.4, 6.6, 7.1, 9.8, 5.0, 6.1, 6.9]  # 4 donors x (a, b, c)
BLOCK_GROUPS = [0, 1, 2] * 4
BLOCK_DONORS = [d for d in "pqrs" for _ in range(3)]

numbers = st.floats(min_value=-50, max_value=50).map(lambda x: round(x, 3))
three_groups = st.lists(st.lists(numbers, min_size=2, max_size=5), min_size=3, max_size=4)


def _adjusted(model: GroupFit, a: int, b: int) -> dict[str, Floats]:
    """Difference, Bonferroni's p and limits of three pairs."""
    found = pair(model, a, b)
    half = t_width(0.05 / 3, found.df) * found.spread
    padj = bonferroni(found.pvalue, 3)
    return {"d": found.difference, "padj": padj, "lo": found.difference - half, "hi": found.difference + half}


def _flat(groups: list[list[float]]) -> tuple[np.ndarray, list[int]]:
    values = np.array([v for g in groups for v in g], dtype=float)[:, None]
    return values, [i for i, g in enumerate(groups) for _ in g]


def test_bonferroni_on_the_pooled_mse_equals_spss_and_emmeans(shared: Path) -> None:
    with gzip.open(shared / "reference" / "stats_oneway_3x3.csv.gz", "rt") as stream:
        rows = list(csv.DictReader(stream))
    order = ["IL1b", "USC", "EXO"]
    model = fit(np.array([[float(r["value"])] for r in rows]), [order.index(r["group"]) for r in rows])
    text = (shared / "reference" / "stats_R_numbers.txt").read_text().splitlines()
    estimates = [line.split() for line in text if line[:2] in {"1 ", "2 ", "3 "}]
    for (a, b), first, second in zip(combinations(range(3), 2), estimates[:3], estimates[3:], strict=True):
        found = _adjusted(model, a, b)
        difference, low, high = (-float(first[i]) for i in (4, 8, 7))
        assert found["d"][0] == pytest.approx(difference, abs=1e-9)
        assert found["lo"][0] == pytest.approx(low, abs=1e-9)
        assert found["hi"][0] == pytest.approx(high, abs=1e-9)
        assert pair(model, a, b).statistic[0] == pytest.approx(-float(second[1]), abs=1e-9)
        assert found["padj"][0] == pytest.approx(float(second[2]), abs=1e-9)
    whole = omnibus(model)
    assert whole.statistic[0] == pytest.approx(25.00799, abs=1e-5)
    assert whole.pvalue[0] == pytest.approx(0.0012289, abs=1e-7)


def test_a_complete_donor_block_gives_the_randomised_block_analysis_of_r() -> None:
    model = fit(np.array(BLOCK_VALUES)[:, None], BLOCK_GROUPS, [BLOCK_DONORS])
    expected = _reference("randomised_block_R.txt")
    whole = omnibus(model)
    assert whole.statistic[0] == pytest.approx(expected["F"], rel=1e-9)
    assert whole.pvalue[0] == pytest.approx(expected["p"], rel=1e-9)
    assert (model.df_group, model.df_residual) == (expected["df1"], expected["df2"])
    for a, b in combinations(range(3), 2):
        name = f"{'abc'[a]}{'abc'[b]}"
        for key, value in _adjusted(model, a, b).items():
            assert value[0] == pytest.approx(expected[f"{name}.{key}"], rel=1e-9)


def test_an_incomplete_block_with_unequal_groups_gives_the_additive_model_of_r() -> None:
    keep = [i for i in range(12) if i not in (2, 6)]
    values = np.array(BLOCK_VALUES)[keep][:, None]
    model = fit(values, [BLOCK_GROUPS[i] for i in keep], [[BLOCK_DONORS[i] for i in keep]])
    expected = _reference("randomised_block_R.txt")
    assert omnibus(model).statistic[0] == pytest.approx(expected["incomplete.F"], rel=1e-9)
    assert pair(model, 0, 2).pvalue[0] == pytest.approx(expected["incomplete.ac.p"], rel=1e-9)


def _reference(name: str) -> dict[str, float]:
    text = (Path(__file__).parents[2] / "reference" / name).read_text()
    return {k: float(v) for k, v in (line.split(" = ") for line in text.splitlines() if " = " in line)}


@given(three_groups)
@settings(deadline=None, max_examples=50)
def test_without_blocks_it_is_scipys_one_way_anova(groups: list[list[float]]) -> None:
    values, codes = _flat(groups)
    model = fit(values, codes)
    assume(all(np.ptp(g) > 0.1 for g in groups))  # SciPy warns about groups without variation
    expected = stats.f_oneway(*groups)
    assert omnibus(model).statistic[0] == pytest.approx(expected.statistic, rel=1e-6, abs=1e-9)
    pvalue = expected.pvalue if expected.statistic >= 0 else 1.0  # SciPy's F of equal means can round below 0: p is NaN
    assert omnibus(model).pvalue[0] == pytest.approx(pvalue, rel=1e-6, abs=1e-12)


@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=6))
@settings(deadline=None, max_examples=50)
def test_two_groups_are_students_t_test_and_with_donors_the_paired_one(pairs: list[tuple[float, float]]) -> None:
    first, second = (list(x) for x in zip(*pairs, strict=True))
    values, codes = _flat([first, second])
    assume(min(np.ptp(first), np.ptp(second), np.ptp(np.subtract(first, second))) > 0.1)  # SciPy warns about others
    free = pair(fit(values, codes), 0, 1)
    expected = stats.ttest_ind(second, first)
    assert free.statistic[0] == pytest.approx(expected.statistic, rel=1e-6, abs=1e-9)
    low = free.difference - t_width(0.05, free.df) * free.spread
    assert low[0] == pytest.approx(expected.confidence_interval(0.95).low, rel=1e-6, abs=1e-6)
    donors = [list(range(len(pairs))) * 2]
    matched = pair(fit(values, codes, donors), 0, 1)
    assert matched.pvalue[0] == pytest.approx(stats.ttest_rel(second, first).pvalue, rel=1e-6, abs=1e-9)


@given(three_groups, st.sampled_from([1e-3, 2.5, 1e4]), st.permutations(range(3)))
@settings(deadline=None, max_examples=50)
def test_unit_shift_and_group_order_do_not_change_a_p_value(
    groups: list[list[float]], unit: float, order: list[int]
) -> None:
    groups = groups[:3]
    values, codes = _flat(groups)
    model = fit(values, codes)
    assume(model.residual_ss[0] > 1e-4)
    moved_values, moved_codes = _flat([groups[i] for i in order])
    moved = fit(moved_values * unit + unit, moved_codes)
    assert omnibus(moved).pvalue[0] == pytest.approx(omnibus(model).pvalue[0], rel=1e-5, abs=1e-12)
    for a, b in combinations(range(3), 2):
        before = pair(model, a, b)
        after = pair(moved, order.index(a), order.index(b))
        assert after.pvalue[0] == pytest.approx(before.pvalue[0], rel=1e-5, abs=1e-12)
        assert after.difference[0] == pytest.approx(before.difference[0] * unit, rel=1e-5, abs=1e-7 * unit)


def test_families_fitted_at_once_equal_families_fitted_alone() -> None:
    values = np.random.default_rng(1).normal(size=(9, 5))
    together = omnibus(fit(values, [0, 0, 0, 1, 1, 1, 2, 2, 2]))
    alone = [omnibus(fit(values[:, [i]], [0, 0, 0, 1, 1, 1, 2, 2, 2])).pvalue[0] for i in range(5)]
    assert together.pvalue == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize(
    ("values", "groups", "blocks", "reason"),
    [
        ([0.3] * 6, [0, 0, 0, 1, 1, 1], [], "no_variance"),
        ([0.1] * 3 + [0.7] * 3, [0, 0, 0, 1, 1, 1], [], "zero_within_group_variance"),
        ([1.0, 2.0], [0, 1], [], "no_residual_df"),
        ([1.0, 2.0, 4.0, 3.0], [0, 0, 1, 1], [["p", "p", "q", "q"]], "aliased_with_block"),
        ([1e6 + 0.1, 1e6 + 0.1, 1e6 + 0.3, 1e6 + 0.3], [0, 0, 1, 1], [], "zero_within_group_variance"),
    ],
)
def test_degenerate_data_give_a_reason_and_never_a_p_value(
    values: list[float], groups: list[int], blocks: list[list[str]], reason: str
) -> None:
    model = fit(np.array(values)[:, None], groups, blocks)
    whole, two = omnibus(model), pair(model, 0, 1)
    assert whole.na_reason == two.na_reason == (reason,)
    assert np.isnan([whole.statistic, whole.pvalue, two.statistic, two.pvalue]).all()


def test_residuals_are_what_the_groups_and_blocks_leave() -> None:
    values = np.array(BLOCK_VALUES)[:, None]
    within = residuals(values, BLOCK_GROUPS)
    assert (within**2).sum() == pytest.approx(fit(values, BLOCK_GROUPS).residual_ss[0])
    blocked = residuals(values, BLOCK_GROUPS, [BLOCK_DONORS])
    assert (blocked**2).sum() == pytest.approx(fit(values, BLOCK_GROUPS, [BLOCK_DONORS]).residual_ss[0])
    assert (residuals(np.array([[0.1], [0.1], [0.7], [0.7]]), [0, 0, 1, 1]) == 0).all()
