from __future__ import annotations

import contextlib
import io

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.methods.workbooks import is_workbook, read_sheets, sheet_names


def workbook() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Results")
        for row, cells in enumerate([["Well", "Cq", "Omit"], [1, 21.5, True], ["", "", ""], ["A2", 1e-3, False]]):
            sheet.write_row(row, 0, cells)
        book.add_worksheet("Empty")
    return target.getvalue()


def test_cells_are_the_text_that_a_person_sees() -> None:
    content = workbook()
    assert is_workbook(content)
    assert read_sheets(content, "f.xlsx") == {
        "Results": [["Well", "Cq", "Omit"], ["1", "21.5", "true"], ["", "", ""], ["A2", "0.001", "false"]],
        "Empty": [],
    }
    assert read_sheets(content, "f.xlsx", lambda n: n == "Results", most_rows=1) == {
        "Results": [["Well", "Cq", "Omit"]]
    }
    assert sheet_names(content, "f.xlsx") == ["Results", "Empty"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_damaged_workbook_is_bad_input_with_a_remedy(share: float) -> None:
    content = workbook()
    with pytest.raises(BadInputError, match=r"f\.xlsx.*cannot be opened.*save it again"):
        read_sheets(content[: int(share * len(content))], "f.xlsx")


@given(st.binary(max_size=200), st.integers(0, 6000), st.binary(min_size=1, max_size=4))
def test_damage_anywhere_is_bad_input_or_harmless(start: bytes, place: int, patch: bytes) -> None:
    content = workbook()
    for damaged in (b"PK\x03\x04" + start, content[:place] + patch + content[place + len(patch) :]):
        with contextlib.suppress(BadInputError):
            read_sheets(damaged, "f.xlsx")
