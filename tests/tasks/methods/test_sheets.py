from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.sheets import read_cells, read_sheet

KNOWN = ("sample", "condition", "culture_date")
REQUIRED = ("sample", "condition")
PLAIN = "sample,condition\nC1,control\nC2,il1b\n"


def rules(data: bytes, *, is_open: bool = True) -> list[tuple[str, str, str]]:
    sheet = read_sheet("s.csv", data, KNOWN, REQUIRED, is_open=is_open)
    return [(str(p.severity), p.place, p.rule) for p in sheet.problems]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (PLAIN.encode(), None),
        (PLAIN.encode("utf-8-sig"), None),  # Excel's "CSV UTF-8"
        (PLAIN.encode("utf-16"), "encoding"),
        (PLAIN.replace(",", ";").encode(), "not_comma_separated"),
        (PLAIN.replace(",", "\t").encode(), "not_comma_separated"),
        (b"sep=;\n" + PLAIN.replace(",", ";").encode(), "not_comma_separated"),
        (PLAIN.replace(",", " , ").encode(), "spaces"),
        (PLAIN.replace("\n", "\r\n").encode(), None),
        (PLAIN.replace("\n", "\r").encode(), None),
        (PLAIN.replace("sample,condition", "Sample,CONDITION").encode(), None),
        (PLAIN.replace("C1,control", '"C1","control"').encode(), None),
        (PLAIN.replace("\n", ",,\n").encode(), None),
        ((PLAIN + "\n\n,\n").encode(), None),
    ],
)
def test_a_sheet_reads_the_same_whatever_program_saved_it(data: bytes, rule: str | None) -> None:
    sheet = read_sheet("s.csv", data, KNOWN, REQUIRED, is_open=True)
    assert [dict(row.cells) for row in sheet.rows] == [
        {"sample": "C1", "condition": "control"},
        {"sample": "C2", "condition": "il1b"},
    ]
    assert [p.rule for p in sheet.problems] == ([rule] if rule else [])
    assert all(p.remedy for p in sheet.problems)


def test_lines_are_physical_lines() -> None:
    sheet = read_sheet("s.csv", b'\nsample,condition\n\nC1,"two\nlines"\n\nC2,b\n', KNOWN, REQUIRED, is_open=True)
    assert [row.line for row in sheet.rows] == [4, 7]


def test_a_header_in_words_finds_its_column() -> None:
    sheet = read_sheet("s.csv", b"Sample,condition,Culture date\nC1,a,2026-01-01\n", KNOWN, REQUIRED, is_open=True)
    assert sheet.columns == KNOWN


def test_the_micro_sign_of_an_old_export_is_read_and_warned_of() -> None:
    data = "sample,condition\nC1,5 µM\n".encode("cp1252")
    assert read_sheet("s.csv", data, KNOWN, REQUIRED, is_open=True).rows[0].cells["condition"] == "5 µM"
    assert rules(data) == [("warning", "line 2", "encoding")]


def test_what_hides_the_content_is_fatal() -> None:
    assert rules(b"PK\x03\x04....") == [("fatal", "", "unreadable_sheet")]
    assert rules(b"sample\0\0\0\1\2,x") == [("fatal", "", "unreadable_sheet")]
    assert rules(b'sample,condition\nC1,"never closed\nC2,b\n') == [("fatal", "line 2", "unreadable_sheet")]
    assert rules(b"\n\n") == [("fatal", "line 1", "empty_sheet")]
    assert rules(b"sample,condition\nC1,a,b\n") == [("fatal", "line 2", "too_many_cells")]
    assert rules(b"sample,condition,\nC1,a,b\n") == [("fatal", "line 1", "unnamed_column")]
    assert rules(b"sample,condition,sample\nC1,a,b\n") == [("fatal", "line 1", "duplicate_column")]


def test_a_missing_column_is_looked_for_under_another_name() -> None:
    (problem,) = read_sheet("s.csv", b"sample_id,condition\nC1,a\n", KNOWN, REQUIRED, is_open=True).problems
    assert (problem.rule, problem.remedy) == ("missing_column", "Rename column 'sample_id' to sample.")


def test_an_unknown_column_is_an_attribute_of_an_open_sheet_and_fatal_in_a_closed_one() -> None:
    data = b"sample,condition,dose,culturedate\nC1,a,5,2026-01-01\n"
    sheet = read_sheet("s.csv", data, KNOWN, REQUIRED, is_open=True)
    assert sheet.extra == ("dose", "culturedate")
    assert [p.remedy for p in sheet.problems] == ["If you meant culture_date, rename it."]
    assert rules(data, is_open=False) == [("fatal", "line 1", "unknown_column")] * 2


@given(st.lists(st.lists(st.text(alphabet="abc ,;\t\"'µ1", max_size=6), min_size=2, max_size=4), max_size=6))
def test_cells_written_as_csv_come_back_stripped(rows: list[list[str]]) -> None:
    text = "".join(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\n" for row in [["a", "b"], *rows])
    read = read_cells("s.csv", text.encode())
    assert [list(cells) for _, cells in read.lines] == [["a", "b"], *([c.strip() for c in row] for row in rows)]
    assert [line for line, _ in read.lines] == list(range(1, len(rows) + 2))
