from __future__ import annotations

from pathlib import Path

import pytest

from schemas.sheets import FileRow
from tasks.methods.generic_plates import Kind, header_line, kind_of, named_units, shape_of
from tasks.methods.plate_readings import WellText
from tests.tasks.parsers.bench_files import raw_file
from tests.tasks.parsers.plate_files import grid, workbook


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        (b"well,value\nA1,0.5\n", "list"),
        (b"my plate\n\nWell;OD\nA01;0,5\n", "list"),
        (grid().encode(), "grid"),
        (grid(separator="\t").encode("utf-16"), "grid"),
        (b"well,value\nfirst,0.5\n", None),
        (b"gene,S1,S2\nFOS,1,2\n", None),
        (b"", None),
        (b"\0\1\2", None),
        (b"User: a,Path: C:\\BMG,Test run no.: 1\n" + grid().encode(), None),
    ],
)
def test_lists_and_plates_without_a_products_signature(content: bytes, shape: str | None, tmp_path: Path) -> None:
    assert shape_of(raw_file(tmp_path, content)) == shape


def test_workbooks_are_looked_into(tmp_path: Path) -> None:
    assert shape_of(raw_file(tmp_path, workbook({"S": [["well", "value"], ["A1", 0.5]]}), "l.xlsx")) == "list"
    assert shape_of(raw_file(tmp_path, workbook({"S": [["", 1, 2, 3], ["A", 0.1, 0.2, 0.3]]}), "g.xlsx")) == "grid"


def test_the_header_names_wells_that_are_wells() -> None:
    assert header_line([["a title"], ["Well", "OD"], ["A1", "0.5"]]) == 1
    assert header_line([["Well", "OD"], ["", ""], ["B7", "0.5"]]) == 0
    assert header_line([["Well"], ["A1"]]) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("OD450", Kind("absorbance", "OD", 450.0)),
        ("A450", Kind("absorbance", "OD", 450.0)),
        ("450", Kind("absorbance", "OD", 450.0)),
        ("Absorbance 450 nm", Kind("absorbance", "OD", 450.0)),
        ("RFU", Kind("fluorescence", "RFU", None)),
        ("Luminescence", Kind("luminescence", "RLU", None)),
        ("day 3", Kind("", "", None)),
    ],
)
def test_titles_say_mode_unit_and_wavelength(text: str, kind: Kind) -> None:
    assert kind_of(text, None) == kind


def test_files_csv_says_what_the_file_does_not() -> None:
    row = FileRow(file="f", attributes={"unit": "RFU", "wavelength_nm": "520"})
    assert kind_of("day 3", row) == Kind("fluorescence", "RFU", 520.0)


def test_unnamed_readings_are_od_up_to_ten_and_unknown_above() -> None:
    plain = WellText("P", False, "A01", None, "", "", None, None, None, "0.9", "", "line 1")
    (named,), problems = named_units([plain], "f")
    assert (named.mode, named.unit, problems) == ("absorbance", "OD", ())
    (named,), (problem,) = named_units([plain._replace(text="23864")], "f")
    assert (named.unit, problem.rule) == ("AU", "unit_unknown")
    assert named_units([plain._replace(unit="RLU")], "f")[1] == ()
