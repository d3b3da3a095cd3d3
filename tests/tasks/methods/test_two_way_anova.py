from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tasks.methods.two_way_anova import two_way
from tests.tasks.methods.time_course_reference import assert_like_r, codes, data, numbers


def factors(case: str) -> dict[str, Any]:
    rows = data(case)
    found = {"values": rows["value"].to_numpy(), "conditions": codes(rows["condition"]), "times": codes(rows["time"])}
    return found | ({"blocks": [codes(rows["subject"])]} if case == "two_way_blocked" else {})


@pytest.mark.parametrize("kind", ["II", "III"])
@pytest.mark.parametrize("case", ["two_way_balanced", "two_way_unbalanced", "two_way_blocked"])
def test_both_types_of_sums_of_squares_are_those_of_r(case: str, kind: str) -> None:
    assert_like_r(two_way(**factors(case), sum_of_squares=kind), numbers(case, f"two_way {kind}"))


def test_types_differ_only_where_n_does() -> None:
    for case, is_same in (("two_way_balanced", True), ("two_way_unbalanced", False)):
        second, third = (two_way(**factors(case), sum_of_squares=kind)[0].statistic for kind in ("II", "III"))
        assert (second == pytest.approx(third, rel=1e-12)) is is_same


def test_a_time_on_plates_of_its_own_cannot_be_told_from_them() -> None:
    given = factors("two_way_balanced")
    plates = given["times"] * 2 + np.arange(len(given["times"])) % 2
    found = {e.name: e.na_reason for e in two_way(**given, sum_of_squares="III", blocks=[plates])}
    assert found == {"condition": None, "time": "aliased_with_block", "condition:time": None}


@pytest.mark.parametrize(
    ("values", "reason"),
    [([1.0] * 8, "no_variance"), ([0.0, 0.0, 1.0, 1.0, 5.0, 5.0, 9.0, 9.0], "zero_within_group_variance")],
)
def test_values_that_do_not_vary_have_no_f(values: list[float], reason: str) -> None:
    found = two_way(np.array(values), np.arange(8) // 4, np.arange(8) // 2 % 2, sum_of_squares="III")
    assert {e.na_reason for e in found} == {reason}
    assert np.isnan([e.pvalue for e in found]).all()


def test_one_value_a_cell_leaves_no_residual() -> None:
    found = two_way(np.arange(4.0), np.arange(4) // 2, np.arange(4) % 2, sum_of_squares="II")
    assert {e.na_reason for e in found} == {"no_residual_df"}


def test_other_sums_of_squares_are_refused() -> None:
    with pytest.raises(ValueError, match="II or III"):
        two_way(np.arange(4.0), np.arange(4) // 2, np.arange(4) % 2, sum_of_squares="I")
