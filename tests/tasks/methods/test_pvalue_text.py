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
        (0.0416, "0.042"),
        (0.83, "0.830"),
        (1.0, "> 0.999"),
        (None, "n/a"),
        (float("nan"), "n/a"),
    ],
)
def test_p_values_in_print(pvalue: float | None, text: str) -> None:
    assert printed_pvalue(pvalue) == text


def test_phrases() -> None:
    found = [pvalue_phrase(p) for p in (1e-9, 0.2, None)]
    assert found == ["p < 0.001", "p = 0.200", "p n/a"]
    assert pvalue_phrase(0.2, "P") == "P = 0.200"


@given(st.floats(0, 1))
def test_neither_zero_nor_one_is_printed(pvalue: float) -> None:
    assert printed_pvalue(pvalue) not in ("0.000", "1.000")


@pytest.mark.parametrize(
    ("padj", "mark"),
    [(0.5, "ns"), (0.05, "ns"), (0.0499, "*"), (0.0099, "**"), (0.00099, "***"), (0.000099, "****"), (None, None)],
)
def test_stars_stand_for_padj_below_the_limit(padj: float | None, mark: str | None) -> None:
    assert stars(padj) == mark


def test_nan_has_no_stars() -> None:
    assert stars(float("nan")) is None
