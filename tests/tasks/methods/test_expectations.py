from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind, ttest_rel

from tasks.methods.expectations import check


def values(il1b: list[float | None], control: list[float | None], *, has_donors: bool = True) -> pl.DataFrame:
    rows = [
        (f"{c}{i}", f"D{i}" if has_donors else "", c, v)
        for c, numbers in (("il1b", il1b), ("control", control))
        for i, v in enumerate(numbers, start=1)
    ]
    return pl.DataFrame(rows, schema=["sample_id", "donor_id", "condition", "value"], orient="row",
                        infer_schema_length=None)  # fmt: skip


EXPECTED = {"condition": "il1b", "against": "control", "direction": "down"}
DOWN, LEVEL = [-2.0, -1.5, -2.2], [0.1, 0.4, -0.3]


def test_matched_donors_are_compared_as_scipys_paired_t_test() -> None:
    found = check(values(DOWN, LEVEL), **EXPECTED)  # type: ignore[arg-type]
    assert found.pvalue == pytest.approx(ttest_rel(DOWN, LEVEL).pvalue)
    assert found.difference == pytest.approx(np.mean(DOWN) - np.mean(LEVEL))
    assert (found.unit_count, found.is_paired, found.verdict, found.odd) == (3, True, "met", ())


def test_cultures_without_donors_are_compared_as_scipys_welch_test() -> None:
    found = check(values(LEVEL, DOWN, has_donors=False), **EXPECTED)  # type: ignore[arg-type]
    assert found.pvalue == pytest.approx(ttest_ind(LEVEL, DOWN, equal_var=False).pvalue)
    assert (found.unit_count, found.is_paired, found.verdict) == (6, False, "contradicted")


def test_one_donor_that_goes_the_other_way_is_named() -> None:
    swapped = check(values([-2.0, 0.4, -2.2], [0.1, -1.5, -0.3]), **EXPECTED)  # type: ignore[arg-type]
    assert (swapped.odd, swapped.verdict) == (("D2",), "met")
    little = check(values([-2.0, 0.4, -2.2], [0.1, 0.2, -0.3]), **EXPECTED)  # type: ignore[arg-type]
    assert little.odd == ()
    two = check(values([-2.0, 0.4], [0.1, -1.5]), **EXPECTED)  # type: ignore[arg-type]
    assert two.odd == ()


def test_what_was_not_measured_or_has_no_scatter_is_no_contradiction() -> None:
    assert check(values([], LEVEL), **EXPECTED).verdict == "not_measured"  # type: ignore[arg-type]
    assert check(values([None], [None, None]), **EXPECTED).verdict == "not_measured"  # type: ignore[arg-type]
    one = check(values([3.0], [1.0]), **EXPECTED)  # type: ignore[arg-type]
    assert (one.verdict, one.pvalue, one.difference) == ("unclear", None, 2.0)
    same = check(values([1.0, 1.0], [1.0, 1.0]), **EXPECTED)  # type: ignore[arg-type]
    assert (same.verdict, same.pvalue) == ("unclear", None)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=2, max_size=6))
def test_turning_conditions_and_direction_changes_nothing(pairs: list[tuple[float, float]]) -> None:
    table = values([a for a, _ in pairs], [b for _, b in pairs])
    down = check(table, condition="il1b", against="control", direction="down")
    up = check(table, condition="control", against="il1b", direction="up")
    assert (down.verdict, down.odd, down.pvalue) == (up.verdict, up.odd, up.pvalue)
    assert down.difference == pytest.approx(-(up.difference or 0.0))
