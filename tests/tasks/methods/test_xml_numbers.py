from __future__ import annotations

import pytest

from schemas.errors import BadInputError
from tasks.methods.xml_numbers import finite_number, whole_count


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), ("-2", -2), ("NaN", None), ("inf", None), ("", None), (None, None), ("x", None)]
)
def test_what_is_no_finite_number_is_null(text: str | None, number: float | None) -> None:
    assert finite_number(text) == number


@pytest.mark.parametrize(("text", "count"), [("12", 12), ("0", 0), (" 7 ", 7), ("", None), (None, None), ("-1", None)])
def test_a_count_may_be_missing(text: str | None, count: int | None) -> None:
    assert whole_count(text, "a.xml", "tube C1") == count


@pytest.mark.parametrize("text", ["1.5", "-2", "many", "1e300", "nan"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="a whole number from 0 up was expected"):
        whole_count(text, "a.xml", "tube C1")
