from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.numbers import decimal_mark, elapsed_h, read_numbers


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["0,123", "1,234"], ","),
        (["1,234", "2,345"], "."),
        (["1.234,5"], ","),
        (["5,533.971", "20.442"], "."),
        (["100,000,000.000"], "."),
        (["1.234.567"], ","),
        (["12,5"], ","),
        (["Undetermined", "", "12"], "."),
    ],
)
def test_the_decimal_mark_is_what_the_numbers_prove(texts: list[str], mark: str) -> None:
    assert decimal_mark(texts) == mark


def test_where_thousands_are_never_grouped_a_lone_comma_marks_decimals() -> None:
    assert decimal_mark(["1,234"], is_grouped=False) == ","
    assert decimal_mark(["2.100"], is_grouped=False) == "."


@pytest.mark.parametrize(
    ("text", "value", "flag"),
    [
        ("0.056", 0.056, None),
        (" -0.000 ", 0.0, None),
        ("7.2E+05", 720000.0, None),
        ("1,234.5", 1234.5, None),
        ("OVRFLW", None, "overflow"),
        (">4.000", None, "overflow"),
        ("<0.000", None, "below_range"),
        ("MISSED", None, "missed"),
        ("?????", None, "missed"),
        ("N/A", None, "missed"),
        ("", None, "empty"),
        ("*0.356*", 0.356, "masked"),
        ("STD1", None, "unreadable"),
        ("1,2", None, "unreadable"),
        ("inf", None, "unreadable"),
    ],
)
def test_a_text_is_a_value_or_a_reason(text: str, value: float | None, flag: str | None) -> None:
    assert read_numbers([text]).row(0) == (value, flag)


def test_decimal_commas_and_grouped_thousands_are_read() -> None:
    assert read_numbers(["0,056", "1.234,5", "1 234,5", "12.345"], ",")["value"].to_list() == [
        0.056,
        1234.5,
        1234.5,
        12345,
    ]


@pytest.mark.parametrize(
    ("text", "hours"),
    [("0:00:22", 22 / 3600), ("66:35:00", 66 + 35 / 60), ("0:00.210", 0.21 / 3600), ("1.02:00:00", 26.0), ("A1", None)],
)
def test_kinetic_times_are_hours(text: str, hours: float | None) -> None:
    assert elapsed_h(text) == (None if hours is None else pytest.approx(hours))


@given(st.lists(st.text()))
def test_every_text_has_a_finite_value_or_a_flag(texts: list[str]) -> None:
    decimal_mark(texts)
    for text in texts:
        elapsed_h(text)
    frame = read_numbers(texts)
    assert frame.height == len(texts)
    assert frame["value"].is_finite().fill_null(value=True).all()
    assert frame.filter(frame["value"].is_null())["flag"].null_count() == 0


@given(st.floats(min_value=-1e6, max_value=1e6).map(lambda x: round(x, 3)))
def test_a_printed_number_is_read_back_with_either_mark(number: float) -> None:
    text = f"{number:.3f}"
    assert read_numbers([text])["value"][0] == float(text)
    assert read_numbers([text.replace(".", ",")], ",")["value"][0] == float(text)
