from __future__ import annotations

import pytest

from tasks.methods.fcs_text import Segment, decimal_number, is_fcs, pairs, read_header, segment, whole_number


def header(version: str = "3.0", offsets: str = "") -> bytes:
    return f"FCS{version}    {offsets}".ljust(58).encode()


def test_a_header_gives_its_segments_and_blanks_give_none() -> None:
    found = read_header(memoryview(header("3.1", f"{58:8}{99:8}{100:8}{199:8}{0:8}{0:8}")), 0, "a.fcs")
    assert (found.version, found.text, found.data) == ("3.1", Segment(58, 99), Segment(100, 199))
    assert found.analysis is None
    assert read_header(memoryview(header()), 0, "a.fcs").data is None


@pytest.mark.parametrize(
    ("begin", "end", "length"), [(5, 9, 5), (0, 0, None), (9, 5, None), (None, 5, None), (5, None, None)]
)
def test_a_segment_has_both_ends_in_order(begin: int | None, end: int | None, length: int | None) -> None:
    found = segment(begin, end)
    assert (found.length if found else None) == length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"/$A/1/$B/2/", {"$A": "1", "$B": "2"}),
        (b"/$A/1/$B/2", {"$A": "1", "$B": "2"}),
        (b"/$A/a//b/$B/2/", {"$A": "a/b", "$B": "2"}),
        (b"/$A//$B/2/$C/3/", {"$A": "", "$B": "2", "$C": "3"}),
        (b"\\$a\\ x \\$A\\y\\", {"$A": " x "}),
        (b"/$A/1/    ", {"$A": "1"}),
        ("/$A/µm/".encode("cp1252"), {"$A": "µm"}),
        ("/$A/β/".encode(), {"$A": "β"}),
        (b"", {}),
        (b"/", {}),
    ],
)
def test_keywords_and_values_are_told_apart(text: bytes, expected: dict[str, str]) -> None:
    assert pairs(text) == expected


def test_a_supplement_with_another_delimiter_is_none() -> None:
    assert pairs(b"|$A|1|", b"/") == {}


@pytest.mark.parametrize(
    ("text", "whole", "decimal"),
    [("12", 12, 12), (" 12 ", 12, 12), ("1.5", None, 1.5), ("1,5", None, 1.5), ("1e999", None, None), ("", None, None)],
)
def test_numbers_of_keywords(text: str, whole: int | None, decimal: float | None) -> None:
    assert (whole_number({"$A": text}, "$A"), decimal_number({"$A": text}, "$A")) == (whole, decimal)


@pytest.mark.parametrize(("head", "is_one"), [(b"FCS3.1   ", True), (b"FCS", False), (b"PK\x03\x04", False)])
def test_an_fcs_file_is_told_by_its_first_letters(head: bytes, is_one: bool) -> None:  # noqa: FBT001 -- a parameter
    assert is_fcs(head) is is_one
