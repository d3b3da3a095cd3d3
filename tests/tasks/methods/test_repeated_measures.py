from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.repeated_measures import Effect, mixed, two_way_repeated
from tests.tasks.methods.time_course_reference import NAMES, assert_like_r, codes, cube, data, numbers

REPEATED = ("obrien_kaiser_phases", "repeated_5x3x4", "repeated_3x6x4", "repeated_12x2x3", "repeated_4x2x2")
MIXED = ("obrien_kaiser_treatments", "mixed_4_4_4", "mixed_3_4_4", "mixed_2_times", "cck8_wells")


@pytest.mark.parametrize("case", REPEATED)
def test_both_factors_within_the_subject_give_the_numbers_of_r(case: str) -> None:
    found = two_way_repeated(cube(case))
    assert_like_r(found, numbers(case, "two_way_repeated"))
    assert_like_r(found, numbers(case, "aov"))


@pytest.mark.parametrize("case", MIXED)
def test_condition_between_subjects_gives_the_numbers_of_r(case: str) -> None:
    rows = data(case).sort("subject", "time")
    times = rows["time"].n_unique()
    groups = codes(rows["condition"])[::times]
    assert_like_r(mixed(rows["value"].to_numpy().reshape(-1, times), groups), numbers(case, "mixed"))


def test_epsilon_with_fewer_subjects_than_contrasts_is_that_of_box_where_r_has_none() -> None:
    values = cube("repeated_3x6x4")
    found = {e.name: e for e in two_way_repeated(values)}
    assert numbers("repeated_3x6x4", "two_way_repeated")["condition"]["epsilon_gg"] is None
    for name, scores in (("condition", values.mean(axis=2)), ("time", values.mean(axis=1))):
        cov = np.cov(scores, rowvar=False)
        k = len(cov)
        over = (k * (np.trace(cov) / k - cov.mean())) ** 2
        under = (k - 1) * ((cov**2).sum() - 2 * k * (cov.mean(axis=1) ** 2).sum() + k**2 * cov.mean() ** 2)
        ball = found[name].sphericity
        assert ball
        assert ball.epsilon_gg == pytest.approx(over / under, rel=1e-9)
        assert found[name].pvalue < found[name].corrected(ball.epsilon_gg)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.full((3, 2, 2), 1.3), "no_variance"),
        (np.tile(np.arange(4.0).reshape(1, 2, 2), (3, 1, 1)), "zero_within_group_variance"),
        (np.arange(4.0).reshape(1, 2, 2), "no_residual_df"),
    ],
)
def test_degenerate_values_have_no_f(values: np.ndarray, reason: str) -> None:
    found = two_way_repeated(values)
    between = mixed(values[:, 0, :], np.arange(len(values)) % 2) if len(values) > 1 else []
    for effect in found + [e for e in between if reason == "no_variance"]:
        assert np.isnan([effect.statistic, effect.pvalue, effect.partial_eta_squared]).all()
    assert {e.na_reason for e in found} <= {reason, "no_variance"}
    assert reason in {e.na_reason for e in found}


def test_one_culture_a_condition_leaves_nothing_to_compare_with() -> None:
    assert {e.na_reason for e in mixed(np.array([[1.0, 2.0], [2.0, 5.0]]), np.array([0, 1]))} == {"no_residual_df"}


def _numbers(found: list[Effect]) -> list[float]:
    return [x for e in found for x in (e.statistic, e.pvalue, e.generalized_eta_squared, e.sphericity.epsilon_gg)]  # type: ignore[union-attr]


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-50, 50))
@settings(deadline=None, max_examples=20)
def test_order_of_subjects_conditions_and_times_and_the_unit_change_nothing(
    seed: int, unit: float, offset: float
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(4, 3, 3))
    moved = (values * unit + offset)[random.permutation(4)][:, random.permutation(3)][:, :, random.permutation(3)]
    before, after = two_way_repeated(values), two_way_repeated(moved)
    assert [e.name for e in before] == [*NAMES]
    assert _numbers(after) == pytest.approx(_numbers(before), rel=1e-6, abs=1e-9)
