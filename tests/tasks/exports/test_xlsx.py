from __future__ import annotations

from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

from schemas.base import declared
from tasks.exports.xlsx import EXPORT, _does_not_fit
from tasks.methods.published_study import result_tables
from tasks.methods.workbook_sheets import SHEET_NAME
from tests.published import published

CALLED = [{"measure": "expression", "target": target, "value": 2.5} for target in ("=cmd|' /C calc'!A0", "SEPT2")]


def test_a_sheet_per_table_with_rows_and_what_they_are(tmp_path: Path) -> None:
    study = published({"result.measurements": CALLED, "core.samples": [{"sample_id": "C1"}]})
    EXPORT.write(study, tmp_path)
    book = CalamineWorkbook.from_path(tmp_path / "trial.xlsx")
    assert book.sheet_names == ["read me", "dictionary", "measurements", "samples"]
    header, *rows = book.get_sheet_by_name("measurements").to_python()
    assert header == study.read("result.measurements").columns
    assert [row[header.index("target")] for row in rows] == [row["target"] for row in CALLED]
    assert [row[header.index("value")] for row in rows] == [2.5, 2.5]
    said = [(row[0], row[1]) for row in book.get_sheet_by_name("read me").to_python()]
    assert ("published", "2026-11-28 02:00:00 UTC") in said
    assert ("version of benchlake", "0.1.0") in said
    assert ("no rows", "result.group_tests") in said
    explained = book.get_sheet_by_name("dictionary").to_python()
    assert [row[1] for row in explained if row[0] == "result.measurements"] == header


def test_what_excel_cannot_hold_stands_beside_it_and_is_told(tmp_path: Path) -> None:
    EXPORT.write(published({"result.measurements": [{"target": "x" * 40_000}]}), tmp_path)
    beside = pl.read_csv(tmp_path / "measurements.csv")
    assert beside["target"].str.len_chars().to_list() == [40_000]
    said = CalamineWorkbook.from_path(tmp_path / "trial.xlsx").get_sheet_by_name("read me").to_python()
    assert any("NOT WHOLE: texts of target" in str(row[1]) for row in said)
    assert _does_not_fit(pl.DataFrame({"x": [1, 2, 3]}), 2) == "only the first 2 of 3 rows are in the sheet"


def test_names_of_sheets_fit_and_differ() -> None:
    names = [name.partition(".")[2] for name in result_tables()]
    assert len(set(names)) == len(names)
    assert all(len(name) <= SHEET_NAME for name in names)
    assert {n for n in declared() if n.startswith("result.")} <= set(result_tables())
