from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tasks.methods import workbook_sheets
from tasks.methods.workbook_sheets import Workbook

MADE = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "=HYPERLINK(1)",
    "SEPT2",
    "MARCH1",
    "1e5",
    "http://x.org",
    "NaN",
    " ",
]


def written(path: Path, frame: pl.DataFrame) -> list[list[object]]:
    with Workbook(path, "t", MADE) as book:
        book.add("sheet", frame, {frame.columns[0]: "h"})
    return CalamineWorkbook.from_path(path).get_sheet_by_name("sheet").to_python(skip_empty_area=False)


def test_no_text_becomes_a_formula_a_link_a_number_or_a_date(tmp_path: Path) -> None:
    rows = written(tmp_path / "x.xlsx", pl.DataFrame({"symbol": DANGEROUS}))
    assert [row[0] for row in rows] == ["symbol", *DANGEROUS]
    sheet = zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert 'state="frozen"' in sheet
    styles = zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/styles.xml").decode()
    assert 'numFmtId="49"' in styles  # text, also when somebody edits the cell


def test_numbers_times_and_nulls_keep_their_kind(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "padj": [1e-300, 1e-310, float("nan"), float("inf"), None],
            "count": [2**53, 2**53 + 1, -3, 0, None],
            "is_hub": [True, False, None, True, False],
            "at": [MADE, None, None, None, None],
        }
    )
    rows = written(tmp_path / "x.xlsx", frame)[1:]
    assert [row[0] for row in rows] == [1e-300, "1e-310", "nan", "inf", ""]
    assert [row[1] for row in rows] == [2.0**53, str(2**53 + 1), -3, 0, ""]
    assert [row[2] for row in rows] == [True, False, "", True, False]
    assert rows[0][3] == MADE.replace(tzinfo=None)


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(tmp_path / name, pl.DataFrame({"x": ["é", None], "y": [0.1, 2.0]}))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_sheet_ends_where_excel_ends(tmp_path: Path) -> None:
    assert workbook_sheets.MOST_ROWS + 1 == 2**20
    rows = written(tmp_path / "x.xlsx", pl.DataFrame({"text": ["y" * 40_000]}))
    assert rows[1][0] == "y" * 32_767


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32), min_size=1, max_size=20), min_size=1)
)
def test_any_text_comes_back_as_it_was(tmp_path: Path, texts: list[str]) -> None:
    rows = written(tmp_path / "x.xlsx", pl.DataFrame({"text": texts}))
    assert [row[0] for row in rows[1:]] == texts


def test_a_workbook_that_cannot_be_written_is_told_as_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()

    def write_where_nothing_is() -> None:
        with Workbook(folder / "x.xlsx", "t", MADE):
            folder.rmdir()

    with pytest.raises(FileNotFoundError):
        write_where_nothing_is()
