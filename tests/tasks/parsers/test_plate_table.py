from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import parsers
from tasks.parsers.plate_table import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import parsed, wells, workbook

ASSAY = "cell_viability"


def claimed(text: bytes, tmp_path: Path, name: str = "wells.csv", **row: object) -> list[str]:
    raw = raw_file(tmp_path, text, name)
    return [p.name for p in parsers().values() if p.claims(raw, context(**(row or {"assay": ASSAY})))]


def test_a_list_of_wells_with_everything(tmp_path: Path) -> None:
    text = (
        "plate,well,value,time_h,wavelength_nm,sample,unit,operator\n"
        "P1,A1,0.10,24,450,blank,OD,xy\nP1,A2,1.20,24,450,T1,OD,xy\nP2,A2,OVRFLW,48,450,T1,OD,xy\nP2,a3,0.5,48,630,T2,OD,xy\n"
    )
    assert claimed(text.encode(), tmp_path) == ["plate_table"]
    result = parsed(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    found = result.frames["core.plate_wells"]
    shown = found.select("plate", "well", "time_h", "wavelength_nm", "sample_name", "role", "value", "unit", "flag")
    assert shown.rows() == [
        ("P1", "A01", 24.0, 450.0, None, "blank", 0.1, "OD", None),
        ("P1", "A02", 24.0, 450.0, "T1", "sample", 1.2, "OD", None),
        ("P2", "A02", 48.0, 450.0, "T1", "sample", None, "OD", "overflow"),
        ("P2", "A03", 48.0, 630.0, "T2", "sample", 0.5, "OD", None),
    ]
    assert result.unread == ("operator",)
    assert result.problems == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_column_per_wavelength_and_decimal_commas(separator: str, tmp_path: Path) -> None:
    lines = ["Well|OD450|OD630", "A1|0,500|0,050", "A2|0,625|0,051"]
    text = "\n".join(f'"{c}"' if separator == "," else c for c in lines).replace(
        "|", f'"{separator}"' if separator == "," else separator
    )
    found = wells(PARSER, raw_file(tmp_path, f"{text}\n".encode()), assay=ASSAY)
    assert found.select("well", "wavelength_nm", "value", "unit", "measure").rows() == [
        ("A01", 450.0, 0.5, "OD", "absorbance"),
        ("A01", 630.0, 0.05, "OD", "absorbance"),
        ("A02", 450.0, 0.625, "OD", "absorbance"),
        ("A02", 630.0, 0.051, "OD", "absorbance"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "hours"),
    [
        ("time_h", "1.5", 1.5),
        ("Time (min)", "90", 1.5),
        ("time_s", "5400", 1.5),
        ("Time [h]", "1,5", 1.5),
        ("time", "1:30:00", 1.5),
        ("minutes", "90", 1.5),
    ],
)
def test_times_in_any_unit_count_from_files_csv(name: str, text: str, hours: float, tmp_path: Path) -> None:
    raw = raw_file(tmp_path, f"well;{name};RFU\nA1;{text};100\n".encode())
    found = wells(PARSER, raw, assay=ASSAY, time_h=24)
    assert found["time_h"].to_list() == [24 + hours]
    assert found["unit"].to_list() == ["RFU"]


def test_sheets_are_plates_and_1536_wells_are_wells(tmp_path: Path) -> None:
    rows = [["well", "value"], ["A1", 0.5], ["AF48", 0.7]]
    book = workbook({"first": rows, "second": rows, "notes": [["nothing"]]})
    assert claimed(book, tmp_path, "w.xlsx") == ["plate_table"]
    found = wells(PARSER, raw_file(tmp_path, book, "w.xlsx"), assay=ASSAY)
    assert sorted(found.select("plate", "well").rows()) == [
        ("first", "A01"),
        ("first", "AF48"),
        ("second", "A01"),
        ("second", "AF48"),
    ]


def test_roles_may_stand_in_the_file(tmp_path: Path) -> None:
    text = "well,sample,role,value\nA1,,blank,0.1\nA2,T1,sample,0.9\nA3,DMSO,control,0.8\nA4,,empty,0.05\n"
    found = wells(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    assert found.select("role", "sample_name").rows() == [
        ("blank", None),
        ("sample", "T1"),
        ("control", "DMSO"),
        ("empty", None),
    ]


def test_a_cq_table_of_another_assay_and_vendor_files_are_not_claimed(tmp_path: Path) -> None:
    text = b"well,value\nA1,0.5\n"
    assert claimed(text, tmp_path, time_h=1) == []
    assert "plate_table" not in claimed(text, tmp_path, assay="qpcr")
    assert "plate_table" not in claimed(b"Well,Fluor,Target,Cq\nA01,SYBR,ACAN,22\n", tmp_path)
    assert "plate_table" not in claimed(b"Raw data\tWell positions\n0.1\tA1\n", tmp_path)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("well,sample,note,other\nA1,T1,x,y\n", "line 1", "which of them holds the readings cannot be told"),
        ("well,time,value\nA1,5,0.5\n", "line 2", "hours, minutes or seconds cannot be told"),
        ("well,value\nA1,0.5\nA1,0.6\n", "line 2 and line 3, well A01", "two readings"),
        ("well,value\nA1,0.5\nQ77,0.6\n", "line 3, well Q77", "no such well"),
        ("well,value\nA1,0.5\n,0.6\n", "line 3, well ", "no such well"),
        ("well,value\nA1,high\n", "line 2, well A01", "'high' is no reading"),
        ("well,wavelength,value\nA1,blue,0.5\n", "line 2, well A01", "time or wavelength"),
        ("well,time_h,value\nA1,-3,0.5\n", "line 2, well A01", "time or wavelength"),
    ],
)
def test_broken_lists_say_where_and_what_to_do(text: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message
    assert problem.remedy


def test_the_only_other_column_is_the_reading(tmp_path: Path) -> None:
    found = wells(PARSER, raw_file(tmp_path, b"well,CCK8 day 3\nA1,0.5\nA2,0.25\n"), assay=ASSAY)
    assert found["value"].to_list() == [0.5, 0.25]
    assert found.filter(pl.col("unit") == "OD").height == 2
