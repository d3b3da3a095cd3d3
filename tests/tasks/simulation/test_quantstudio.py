from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tasks.simulation.quantstudio import Reaction, text_export, workbook_export

FINISHED = datetime(2024, 3, 6, 15, 2)  # noqa: DTZ001  # the software writes a zone's abbreviation
REACTIONS = [
    Reaction(0, "NP1_control", "SOX9", "UNKNOWN", 24.5),
    Reaction(1, "NP1_control", "SOX9", "UNKNOWN", 24.7),
    Reaction(95, "", "SOX9", "NTC", None),
]


def section(text: str, name: str) -> list[list[str]]:
    body = text.split(f"[{name}]\n", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    return [line.split("\t") for line in body.splitlines()]


def test_the_text_export_has_the_columns_of_a_real_one(shared: Path) -> None:
    real = (shared / "data/qpcr/appbio_quantstudio/appbio_quantstudio_example05.txt").read_text("utf-8")
    written = text_export(REACTIONS, name="run", finished_at=FINISHED).decode()
    for name in ("Sample Setup", "Results"):
        assert section(written, name)[0] == section(real, name)[0]
        assert {len(row) for row in section(written, name)} == {len(section(real, name)[1])}
    keys = {line.split("=")[0] for line in written.splitlines() if line.startswith("* ")}
    real_keys = {line.split("=")[0] for line in real.splitlines() if line.startswith("* ")}
    assert keys <= real_keys


def test_the_text_export_holds_what_was_measured() -> None:
    rows = section(text_export(REACTIONS, name="run", finished_at=FINISHED).decode(), "Results")
    found = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert [(r["Well Position"], r["CT"]) for r in found] == [
        ("A1", "24.500"),
        ("A2", "24.700"),
        ("H12", "Undetermined"),
    ]
    assert (found[0]["Ct Mean"], found[0]["Ct SD"], found[2]["Ct Mean"]) == ("24.600", "0.141", "")


def test_the_workbook_has_the_table_of_a_real_one(shared: Path) -> None:
    name = "appbio_quantstudio_designandanalysis_QS3_Relative_Quantification_example02.xlsx"
    real = CalamineWorkbook.from_path(shared / "data/qpcr/appbio_quantstudio_designandanalysis" / name)
    data = workbook_export(REACTIONS, name="run", finished_at=FINISHED)
    written = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Results").to_python()
    sheet = real.get_sheet_by_name("Results").to_python()
    columns = next(row for row in sheet if row[0] == "Well")
    start = next(i for i, row in enumerate(written) if row[0] == "Well")
    assert written[start] == columns
    assert {row[0] for row in written[: start - 1]} <= {row[0] for row in sheet}
    table = [dict(zip(columns, row, strict=True)) for row in written[start + 1 :]]
    assert [(r["Well Position"], r["Sample"], r["Cq"]) for r in table] == [
        ("A1", "NP1_control", 24.5),
        ("A2", "NP1_control", 24.7),
        ("H12", "", "UNDETERMINED"),
    ]
    assert table[1]["Cq SD"] == pytest.approx(0.1414, abs=1e-4)


def test_equal_reactions_give_equal_workbooks() -> None:
    first, second = (workbook_export(REACTIONS, name="run", finished_at=FINISHED) for _ in range(2))
    assert first == second
