from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.pvalue_text import printed_pvalue, pvalue_phrase, stars


@pytest.mark.parametrize(
    ("pvalue", "text"),
    [
        (0.0, "< 0.001"),
        (0.00099999, "< 0.001"),
        (0.001, "0.001"),
        (0.0123, "0.012"),
        (0.0416, "0.042"),
        (0.0496, "0.0496"),
        (0.04999, "0.0499"),
        (0.05, "0.050"),
        (0.00999, "0.0099"),
        (0.83, "0.830"),
        (1.0, "> 0.999"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_p_values_in_print(pvalue: float | None, text: str) -> None:
    assert printed_pvalue(pvalue) == text


def test_phrases() -> None:
    found = [pvalue_phrase(p) for p in (1e-9, 0.2, None)]
    assert found == ["p < 0.001", "p = 0.200", "no p-value"]
    assert pvalue_phrase(0.2, "P") == "P = 0.200"


@given(st.floats(0, 1) | st.floats(0.009, 0.0101) | st.floats(0.049, 0.0501))
def test_a_printed_p_is_never_zero_or_one_and_stays_on_its_side_of_the_limits(pvalue: float) -> None:
    text = printed_pvalue(pvalue)
    printed = float(text.removeprefix("< ").removeprefix("> "))
    assert 0 < printed < 1
    assert printed == pytest.approx(pvalue, abs=0.0011)
    for limit in (0.05, 0.01):
        assert (printed < limit) == (pvalue < limit)


@pytest.mark.parametrize(
    ("padj", "mark"),
    [(0.5, "ns"), (0.05, "ns"), (0.0499, "*"), (0.0099, "**"), (0.00099, "***"), (0.000099, "****"), (None, None)],
)
def test_stars_stand_for_padj_below_the_limit(padj: float | None, mark: str | None) -> None:
    assert stars(padj) == mark


def test_nan_has_no_stars() -> None:
    assert stars(float("nan")) is None
