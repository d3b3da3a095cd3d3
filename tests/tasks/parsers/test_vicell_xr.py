from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.contracts import RawFile, parsers
from tasks.parsers.vicell_xr import PARSER
from tests.tasks.parsers.bench_files import context, raw_file

REPORT = """Vi-CELL XR 2.06.3

Sample ID : CULTURE7
Time :
LogDate : 02 Jan 2024  9:08:07 AM
RunDate : 02 Jan 2024  9:08:30 AM
User :

Results:
Images : 50
Total cells : 1000
Viable cells : 850
Viability (%) : 85.0
Total cells / ml (x 10^6) : 2.0
Total viable cells / ml (x 10^6) : 1.7
Average diameter (microns) : 15.5

Settings:
Dilution : 2.00
Internal Dilution : 2.400
SizeData : 3,9,17
"""  # made up
ROW = {
    "field": "CULTURE7", "sample_name": "CULTURE7", "total_count": 1000, "viable_count": 850, "percent_viable": 85.0,
    "concentration_per_ml": 2e6, "viable_concentration_per_ml": 1.7e6, "diameter_um": 15.5, "dilution": 2.0,
    "measured_on": "2024-01-02T09:08:30", "flag": None,
}  # fmt: skip
UPPER = [
    "Sample",
    "Sample",
    "Total",
    "Viable",
    "Viability",
    "Total cells/ml",
    "Viable cells/ml",
    "Avg. diam.",
    "Dilution",
]
LOWER = ["ID", "date/time", "cells", "cells", "(%)", "(x10^6)", "(x10^6)", "(microns)", "factor"]
CELLS = ["CULTURE7", "02 Jan 2024  9:08:30 AM", 1000, 850, 85, 2, 1.7, 15.5, 2]


def workbook(folder: Path, *header: list[str], name: str = "xr.xlsx") -> RawFile:
    path = folder / name
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        rows: list[list[str | int | float]] = [["Vi-CELL XR 2.06.3"], ["C:/x.txt"], ["S/N 1"], []]
        rows += [list(h) for h in header]
        for i, cells in enumerate([*rows, ["hidden"], CELLS]):
            sheet.write_row(i, 0, cells)
    return RawFile.read(path)


def test_a_report_is_one_cuvette(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, REPORT.replace("\n", "\r\n").encode())
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["vicell_xr"]
    parsed = PARSER.parse(raw, context())
    (row,) = parsed.frames["core.cell_counts"].to_dicts()
    assert {k: row[k] for k in ROW} == ROW
    assert parsed.unread == ("Images", "Internal Dilution", "SizeData")
    assert parsed.problems == ()


@pytest.mark.parametrize(
    "header",
    [
        (UPPER, LOWER),
        ([f"{a} {b}" for a, b in zip(UPPER, LOWER, strict=True)],),
        (["", *UPPER[1:]], ["Sample ID", *LOWER[1:]]),
    ],
)
def test_a_workbook_has_a_cuvette_a_row_below_titles_in_one_or_two_rows(
    header: tuple[list[str], ...], tmp_path: Path
) -> None:
    raw = workbook(tmp_path, *header)
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["vicell_xr"]
    (row,) = PARSER.parse(raw, context()).frames["core.cell_counts"].to_dicts()
    assert {k: row[k] for k in ROW} == ROW


def test_files_without_results_or_with_words_for_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="has no results"):
        PARSER.parse(raw_file(tmp_path, REPORT.partition("Results")[0].encode()), context())
    with pytest.raises(BadInputError, match="has no results"):
        PARSER.parse(workbook(tmp_path), context())
    with pytest.raises(BadInputError, match=r"line 13, Viability \(%\): 'high' is no number"):
        PARSER.parse(raw_file(tmp_path, REPORT.replace("85.0", "high").encode()), context())
    failed = PARSER.parse(raw_file(tmp_path, REPORT.replace("1000", "ERROR").encode()), context())
    assert [p.rule for p in failed.problems] == ["no_count"]


@given(st.integers(0, len(REPORT)), st.text(max_size=8), st.integers(0, 30))
def test_any_edit_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, patch: str, cut: int
) -> None:
    raw = raw_file(tmp_path_factory.mktemp("raw"), (REPORT[:place] + patch + REPORT[place + cut :]).encode())
    PARSER.claims(raw, context())
    try:
        height = PARSER.parse(raw, context()).frames["core.cell_counts"].height
    except BadInputError as error:
        height, refused = 1, error.problems
    else:
        refused = ()
    assert height == 1
    assert all(p.remedy for p in refused)
