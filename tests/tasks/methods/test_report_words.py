from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.report_words import (
    amount,
    assay_title,
    capital,
    counted,
    interval,
    method,
    number,
    p_equals,
    p_value,
    quantity,
    several,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (float("-inf"), "−∞"),
        (0.31, "0.310"),
        (-0.375222, "−0.375"),
        (12.0, "12"),
        (1234567, "1,234,567"),
        (1234.56, "1,235"),
        (0.9999, "1.00"),
        (0.00005, "5.00 × 10⁻⁵"),
        (-2.5e12, "−2.50 × 10¹²"),
    ],
)
def test_numbers_are_written_for_reading(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("pvalue", "text"),
    [
        (0.0, "< 0.001"),
        (0.00099, "< 0.001"),
        (0.001, "0.0010"),
        (0.0123, "0.012"),
        (0.0496, "0.0496"),
        (0.05, "0.050"),
        (0.04999, "0.04999"),
        (0.00999, "0.00999"),
        (0.5, "0.50"),
        (1.0, "> 0.99"),
        (None, ""),
    ],
)
def test_p_values_are_printed_as_a_paper_does(pvalue: float | None, text: str) -> None:
    assert p_value(pvalue) == text


@given(st.floats(0, 1))
def test_a_printed_p_value_is_never_zero_and_stays_on_its_side_of_the_limits(pvalue: float) -> None:
    text = p_value(pvalue)
    printed = float(text.removeprefix("< ").removeprefix("> "))
    assert printed > 0
    if text[0] not in "<>":
        assert (printed < 0.05) == (pvalue < 0.05)
        assert (printed < 0.01) == (pvalue < 0.01)
        assert printed == pytest.approx(pvalue, rel=0.05)


def test_p_is_named() -> None:
    assert p_equals(0.0001) == "p < 0.001"
    assert p_equals(0.2) == "p = 0.20"
    assert p_equals(None) == "no p-value"


@pytest.mark.parametrize(
    ("measure", "target", "text"),
    [
        ("viability", "", "viability"),
        ("expression", "ACAN", "ACAN mRNA"),
        ("protein", "SOX9", "SOX9 protein"),
        ("percent_positive", "SA-β-gal", "SA-β-gal-positive cells"),
        ("percent_apoptotic", None, "apoptotic cells"),
        ("migration_speed", "", "migration speed"),
        ("migration_speed", "dish", "migration speed of dish"),
    ],
)
def test_quantities_have_names(measure: str, target: str | None, text: str) -> None:
    assert quantity({"measure": measure, "target": target}) == text


def test_unknown_names_are_said_in_plain_letters() -> None:
    assert method("brown_forsythe") == "brown forsythe"
    assert assay_title("wound_healing") == "Wound healing"


def test_differences_are_ratios_off_log_scales() -> None:
    assert amount(1.0, "log2", "fold") == "2-fold"
    assert amount(math.log(3), "logit", "%") == "3.00-fold odds"
    assert amount(-12.34, "raw", "%") == "−12.3 percentage points"
    assert interval(-1.0, 2.0, "log2") == "0.500 to 4"
    assert interval(-0.1, 0.2, "raw") == "−0.100 to 0.200"


def test_lists_counts_and_capitals() -> None:
    assert several([]) == ""
    assert several(["a"]) == "a"
    assert several(["a", "b", "c"]) == "a, b and c"
    assert several(["a", "b"], "or") == "a or b"
    assert counted(1, "donor") == "1 donor"
    assert counted(2, "file is", "files are") == "2 files are"
    assert capital("viability at 72 h") == "Viability at 72 h"
    assert capital("SOX9 protein") == "SOX9 protein"
    assert capital("p53 protein") == "p53 protein"
