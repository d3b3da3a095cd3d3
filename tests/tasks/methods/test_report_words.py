from __future__ import annotations

import math

import pytest

from tasks.methods.report_words import (
    amount,
    assay_title,
    capital,
    counted,
    interval,
    method,
    number,
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
