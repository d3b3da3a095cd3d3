from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.bmg_smart_control import PARSER
from tests.tasks.parsers.bench_files import raw_file
from tests.tasks.parsers.plate_files import allotropy, parsed, plates_folder, readings, wells, workbook

HEAD = [["User: u"], ["Path: C:\\BMG\\SMART Control\\data"], ["Test ID: 9"], ["ID1: run 3"], ["Absorbance"], []]
NUMBERS = ["", *range(1, 13)]


def test_the_workbook_is_allotropys_numbers(shared: Path) -> None:
    path = plates_folder(shared, "bmg_labtech_smart_control") / "fluroescence_endpoint_example1.xlsx"
    result = parsed(PARSER, RawFile.read(path))
    found = result.frames["core.plate_wells"]
    assert readings(found) == set(allotropy(path))
    assert set(found["unit"]) == {"RFU"}
    roles = {w: (r, s) for w, r, s in found.select("well", "role", "sample_name").rows()}
    assert roles["A01"] == ("control", "S1")
    assert roles["A04"] == ("sample", "X1")
    assert roles["H10"] == ("blank", None)
    assert "Standard Concentrations in ng/mL" in result.unread
    assert "Blank corrected based on Raw Data (480-14/520-30)" in result.unread


def test_a_workbook_with_only_a_sideways_list_is_read(tmp_path: Path) -> None:
    rows = [
        *HEAD,
        ["Well", "A01", "A02", "B01"],
        ["Content", "Blank B", "Sample X1", "Sample X2"],
        [" Raw Data (450)", 0.1, 0.9, 0.8],
        [" Blank corrected based on Raw Data (450)", 0.0, 0.8, 0.7],
    ]
    found = wells(PARSER, raw_file(tmp_path, workbook({"Table End point": rows}), "t.xlsx"), time_h=24)
    assert found.select("well", "role", "value", "time_h", "wavelength_nm").rows() == [
        ("A01", "blank", 0.1, 24.0, 450.0),
        ("A02", "sample", 0.9, 24.0, 450.0),
        ("B01", "sample", 0.8, 24.0, 450.0),
    ]


def test_overflow_and_text_in_a_well(tmp_path: Path) -> None:
    plate = [*HEAD, ["", "1. Raw Data (450)"], NUMBERS, ["A", 0.1, "overflow", 0.3]]
    found = wells(PARSER, raw_file(tmp_path, workbook({"Microplate End point": plate}), "t.xlsx"))
    assert dict(found.select("well", "flag").rows()) == {"A01": None, "A02": "overflow", "A03": None}
    assert found.filter(pl.col("well") == "A02")["value"].to_list() == [None]
    plate[-1] = ["A", 0.1, "see B2", 0.3]
    with pytest.raises(BadInputError, match=r"sheet 'Microplate End point', row 9, well A02: 'see B2' is no reading"):
        parsed(PARSER, raw_file(tmp_path, workbook({"Microplate End point": plate}), "u.xlsx"))


def test_a_workbook_changed_after_export_is_refused(tmp_path: Path) -> None:
    rows = [["User = u"], *HEAD[1:]]
    raw = raw_file(tmp_path, workbook({"Microplate End point": rows}), "t.xlsx")
    with pytest.raises(BadInputError, match="changed after export"):
        parsed(PARSER, raw)
