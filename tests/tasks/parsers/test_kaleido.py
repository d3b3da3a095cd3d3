from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import parsers
from tasks.parsers.kaleido import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import grid, parsed, wells

# written after the two layouts that Kaleido 2 and 3 export
FOOT_2 = (
    "\nAnalysis Result  \n\nMeasurement Basic Information\nSoftware version:,,Kaleido 2.0.3058.126\n\n"
    "Protocol Name:,,CCK8\n\nPlatemap\nPlate\n" + grid("-") + "\nMeasurements:\n\nMeas,,,,\nTech,,,,ABS mono 1\n"
    "Exc. filter [nm],,,,\nExcitation wavelength [nm],,,,450\nMeasurement mode,,,,Single\n\n"
    "Tech,,,,ABS mono 2\nExcitation wavelength [nm],,,,650\n\nExported with Kaleido 2.0.3058.126\n"
)
V2 = (
    "\n\nResults for ABS mono 1\n\nBarcode: PL-0042, PlateRepeat: 1, WellRepeat: 1\n" + grid(0.9)
    + "\nResults for ABS mono 2\n\nBarcode: PL-0042, PlateRepeat: 1, WellRepeat: 1\n" + grid(0.1) + FOOT_2
)  # fmt: skip
V3 = (
    "EnSight Results from,,\nProtocol Name,foo,\nMeasurement Date,10/8/2024 12:10,\n,,,\n"
    "Result for Fluorescence intensity 1,,\nBarcode,Repeat,Loop no,Well scan x,Exc wl / filter,\n"
    "V-2024-10-08 12:10:14,1,,,,\n,,,\n" + grid(40.0)
    + ",,,\nMeasurement Information,,\nBarcode,,V-2024-10-08 12:10:14,\n"
    "Platemap,,\n" + grid("-").replace("A,-,-", "A,BL,UN1") + "\nDetails of Measurement Sequence,,\n"
    "Operation,,,Fluorescence intensity 1,,\nExcitation Wavelength [nm],,,550,\nEmission Wavelength [nm],,,580,\n"
    "Exported with Kaleido 3.5.3082.227,,\n"
)  # fmt: skip


def test_version_2_with_two_wavelengths_and_a_barcode(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, V2.encode())
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["kaleido"]
    result = parsed(PARSER, raw, time_h=24)
    found = result.frames["core.plate_wells"]
    assert found.height == 192
    at = {nm: (v, u) for w, nm, v, u in found.select("well", "wavelength_nm", "value", "unit").rows() if w == "B03"}
    assert at == {450.0: (0.902, "OD"), 650.0: (0.102, "OD")}
    assert set(found["measure"]) == {"absorbance"}
    assert set(found["plate"]) == {"PL-0042"}
    assert found["plate_is_explicit"].all()
    assert "Software version: Kaleido 2.0.3058.126" in result.unread


def test_version_3_with_a_virtual_barcode_and_a_plate_map(tmp_path: Path) -> None:
    found = wells(PARSER, raw_file(tmp_path, V3.encode()))
    assert found.height == 96
    assert (set(found["unit"]), set(found["wavelength_nm"])) == ({"RFU"}, {580.0})
    assert not found["plate_is_explicit"].any()
    assert set(found["plate"]) == {"V-2024-10-08 12:10:14"}
    roles = {w: (r, s) for w, r, s in found.select("well", "role", "sample_name").rows()}
    assert (roles["A01"], roles["A02"], roles["A03"]) == (("blank", None), ("sample", "UN1"), (None, None))


def test_luminescence_and_repeats(tmp_path: Path) -> None:
    again = V3.replace("Fluorescence intensity 1", "Luminescence 1").replace("Emission Wavelength [nm],,,580,\n", "")
    second = again.partition("Result for")[2].partition("Measurement Information")[0].replace("14,1,", "14,2,")
    text = again.replace("Measurement Information", f"Result for{second}Measurement Information")
    found = wells(PARSER, raw_file(tmp_path, text.encode()))
    assert found.height == 192
    assert set(found["unit"]) == {"RLU"}
    assert set(found["measure"]) == {"Luminescence 1", "Luminescence 1 repeat 2"}
    assert found["wavelength_nm"].is_null().all()


def test_imaging_exports_are_another_readers(tmp_path: Path) -> None:
    images = V2.replace("ABS mono 1", "IMG 1").replace("0.900", "20220826-144115.22-c1-0101.tiff")
    assert not PARSER.claims(raw_file(tmp_path, images.encode()), context())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (V2.replace("ABS mono", "Delay"), "'Delay 1' is no measurement that is known"),
        (V2.partition("Results for ABS mono 2")[0][:-9].replace("\n\n\n", "Kaleido\n\n"), "ends in the middle"),
        (V2.replace("Results for", "Analysis of"), "no reading"),
        (V2.replace("0.901", "n.d. 3"), "'n.d. 3' is no reading"),
    ],
)
def test_broken_files_say_what_is_wrong(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw_file(tmp_path, text.encode()))
    (problem,) = caught.value.problems
    assert words in problem.message
    assert "Kaleido" in problem.remedy


def test_missed_wells_and_overflow_are_flags(tmp_path: Path) -> None:
    text = V2.replace("A,0.900,0.901,0.902", "A,OVERFLOW,?,0.902")
    found = wells(PARSER, raw_file(tmp_path, text.encode())).filter(pl.col("wavelength_nm") == 450)
    flags = {w: f for w, f in found.select("well", "flag").rows() if f}
    assert flags == {"A01": "overflow", "A02": "missed"}
