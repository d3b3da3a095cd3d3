from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile, parsers
from tasks.parsers.magellan import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import allotropy, parsed, plates_folder, readings, wells

TWO = (
    "Well positions\tLayout\tRaw data 1\tRaw data 2\tBlank reduced\n"
    "A1\tBL1\t0.10\t0.05\t0.00\nA2\tSM1_1\t1.10\t0.06\t1.00\nA3\tST1\tOVER\t0.07\t\n"
    "Date of measurement: 2021-07-06/Time of measurement: 09:43:07\nC:\\mth\\CCK8.mth\nUnknown user\n"
    "Measurement 1.\nMeasurement mode: Absorbance\nMeasurement wavelength: 450 nm\nUnit: OD\n"
    "Measurement 2.\nMeasurement mode: Absorbance\nMeasurement wavelength: 650 nm\nUnit: OD\n"
    "Meas. temperature: Raw data 1: 23.4 °C\nMeas. temperature: Raw data 2: 23.4 °C\n"
)


def test_the_workbook_is_allotropys_numbers_in_od(shared: Path) -> None:
    path = plates_folder(shared, "tecan_magellan") / "SLA01P01_OD.xlsx"
    raw = RawFile.read(path)
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["magellan"]
    result = parsed(PARSER, raw)
    found = result.frames["core.plate_wells"]
    # the plate's name stands beside the first 45 wells only; allotropy calls the others by the plate type
    assert {(w, nm, v) for _, w, nm, v in readings(found)} == {(w, nm, v) for _, w, nm, v in allotropy(path)}
    assert (set(found["unit"]), set(found["plate"])) == ({"OD"}, {"96WEL008"})
    assert "Instrument serial number: 12901000069" in result.unread


@pytest.mark.parametrize("separator", ["\t", ";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_text_export_of_two_wavelengths(separator: str, encoding: str, tmp_path: Path) -> None:
    raw = raw_file(tmp_path, TWO.replace("\t", separator).encode(encoding))
    assert PARSER.claims(raw, context())
    result = parsed(PARSER, raw, time_h=72)
    found = result.frames["core.plate_wells"].sort("wavelength_nm", "well")
    assert found.select("well", "wavelength_nm", "value", "flag", "role", "sample_name").rows() == [
        ("A01", 450.0, 0.1, None, "blank", None),
        ("A02", 450.0, 1.1, None, "sample", "SM1_1"),
        ("A03", 450.0, None, "overflow", "control", "ST1"),
        ("A01", 650.0, 0.05, None, "blank", None),
        ("A02", 650.0, 0.06, None, "sample", "SM1_1"),
        ("A03", 650.0, 0.07, None, "control", "ST1"),
    ]
    assert set(found["measure"]) == {"absorbance"}
    assert "Blank reduced" in result.unread


def test_without_settings_the_readings_are_od_at_the_wavelength_named(tmp_path: Path) -> None:
    found = wells(PARSER, raw_file(tmp_path, b"Raw data;Well positions\n0,5;A1\n0,25;A2\n492nm\ninfinite F50\n"))
    assert found.select("well", "value", "unit", "wavelength_nm").rows() == [
        ("A01", 0.5, "OD", 492.0),
        ("A02", 0.25, "OD", 492.0),
    ]


def test_other_tecan_programs_are_not_magellan(tmp_path: Path) -> None:
    text = "Application: Tecan i-control\nMode\tAbsorbance\n<>\t1\t2\t3\nA\t0.1\t0.2\t0.3\n"
    assert not PARSER.claims(raw_file(tmp_path, text.encode()), context())


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (TWO.replace("A3\tST1", "\tST1"), "line 4", "without a well"),
        (TWO.replace("1.10", "1.10 OD"), "line 3, well A02", "'1.10 OD' is no reading"),
        (TWO.replace("A2", "A1"), "line 2 and line 3, well A01", "two readings"),
        (TWO.replace("A2", "Z99"), "line 3, well Z99", "no such well"),
        (TWO.partition("\t0.06")[0], "line 3", "middle of a row"),
        ("Raw data\tWell positions\n0.1\tA1\n0.2\t\n0.3\tA3\n", "line 3", "without a well"),
    ],
)
def test_broken_files_say_where_and_what_to_do(text: str, place: str, words: str, tmp_path: Path) -> None:
    raw = raw_file(tmp_path, text.encode())
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw)
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message
    assert "Magellan" in problem.remedy
