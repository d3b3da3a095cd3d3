from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.envision import PARSER
from tests.tasks.parsers.bench_files import raw_file
from tests.tasks.parsers.plate_files import allotropy, grid, parsed, plates_folder, readings, wells

INFO = "Plate,Repeat,Barcode,Measured height,Group,Label,ScanX,ScanY,Measinfo,Kinetics,Measurement date,\n"
BACKGROUND = "Background information\nPlate,Label,Result,\n1,L,0,\n"
FOOT = "\nExported with EnVision Workstation version 1.14.3049.1193\n"


def section(number: int, label: str, title: str, info: str, plate: str, barcode: str = '=""', repeat: int = 1) -> str:
    line = f"{number},{repeat},{barcode},11.9,1,{label},0,0,{info},0,10/13/2022 3:08:06 PM,\n"
    return f"Plate information \n{INFO}{line}\n{BACKGROUND}\n{title}{plate}\n"


def test_the_export_is_allotropys_numbers_in_od(shared: Path) -> None:
    path = plates_folder(shared, "perkin_elmer_envision") / "PE_Envision_absorbance_A450_example.csv"
    result = parsed(PARSER, RawFile.read(path))
    found = result.frames["core.plate_wells"]
    assert {(p, w, None, v) for p, w, _, v in readings(found)} == set(allotropy(path))  # it names no wavelength
    assert set(found["wavelength_nm"]) == {450.0}  # the label's filter: CWL=450nm
    assert set(found["unit"]) == {"OD"}
    assert not found["plate_is_explicit"].any()
    assert "Assay ID: 101" in result.unread


def test_a_section_without_its_heading_is_refused(shared: Path) -> None:
    raw = RawFile.read(plates_folder(shared, "perkin_elmer_envision") / "example01_missing_header_error.csv")
    with pytest.raises(BadInputError, match='line 21: the line "Plate information" is missing'):
        parsed(PARSER, raw)


def test_fluorescence_channels_barcodes_and_calculated_results(tmp_path: Path) -> None:
    settings = (
        "\nLabels:\nHTRF [Eu],,,,6000028\nExc. filter,,,,UV2 320\nEms. filter,,,,APC 665\n2nd ems. filter,,,,Cy5\n"
        "Number of flashes,,,,50\n\nFilters:\nUV2 320,,,,111\nDescription,,,,X320 CWL=320nm\n\n"
        "Cy5,,,,118\nDescription,,,,X620 CWL=620nm BW=10nm\n"
    )
    label, info, code = "HTRF [Eu](1)", "De=1st Ex=Top Em=Top Wdw=1 (14)", '"=""P-17"""'
    results = f"Results for {label} - channel"
    text = (
        section(1, label, "Calculated results: Calc 1: ratio\n", info, grid(9.0), code)
        + section(1, label, f"{results} 1 window 1 (Counts)\n", info, grid(100.0), code)
        + section(1, label, f"{results} 2 window 1 (Counts)\n", info, grid(200.0), code)
        + settings
        + FOOT
    )  # fmt: skip
    result = parsed(PARSER, raw_file(tmp_path, text.encode()))
    found = result.frames["core.plate_wells"]
    assert set(found["plate"]) == {"P-17"}
    assert found["plate_is_explicit"].all()
    assert set(found["unit"]) == {"RFU"}
    at = {nm: v for w, nm, v in found.select("well", "wavelength_nm", "value").rows() if w == "A01"}
    assert at == {665.0: 100.0, 620.0: 200.0}
    assert "Calculated results: Calc 1: ratio" in result.unread


def test_results_without_letters_and_numbers_are_read_and_computed_ones_are_not(tmp_path: Path) -> None:
    bare = "".join(",".join(f"{r}.{c:02d}" for c in range(24)) + ",\n" for r in range(16))
    formula = "Plate,Repeat,Barcode,Formula,Measurement date,\n1,1,,Calc 1: OD450,7/17/2026 8:15:00 PM,\n"
    text = (
        f"Plate information \n{formula}\n{BACKGROUND}\n{bare}\n"
        + section(1, "Copy of OD450 Abs 384(1)", "", "De=Abs Ex=N/A Em=450 nm Wdw=N/A", bare, "")
        + FOOT
    )
    result = parsed(PARSER, raw_file(tmp_path, text.encode()))
    found = result.frames["core.plate_wells"]
    assert found.height == 384
    assert found.filter(pl.col("well") == "P24")["value"].to_list() == [15.23]
    assert (set(found["unit"]), set(found["wavelength_nm"])) == ({"OD"}, {450.0})
    assert "Calc 1: OD450" in result.unread


def test_luminescence_plate_maps_and_repeats(tmp_path: Path) -> None:
    codes = grid("UN1").replace("A,UN1,UN1", "A,BL,PC01")
    info = "De=1st Ex=N/A Em=Top Wdw=1"
    text = (
        section(1, "US LUM 96(1)", "Results for US LUM 96(1) - channel 1 (Counts)\n", info, grid(10.0))
        + section(1, "US LUM 96(1)", "Results for US LUM 96(1) - channel 1 (Counts)\n", info, grid(20.0), repeat=2)
        + "\nBasic assay information \nAssay ID: ,,,,3134\n\nPlatemap:\nPlate,,,,1\nGroup,,,,1\n\n"
        + codes
        + FOOT
    )
    found = wells(PARSER, raw_file(tmp_path, text.encode()))
    assert set(found["unit"]) == {"RLU"}
    assert found["measure"].n_unique() == 2
    roles = {w: (r, s) for w, r, s in found.select("well", "role", "sample_name").rows()}
    assert (roles["A01"], roles["A02"], roles["B01"]) == (("blank", None), ("control", "PC01"), ("sample", "UN1"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FOOT, "no reading"),
        (section(1, "L(1)", "Calculated results: Calc 1\n", "De=1st", grid()) + FOOT, "no reading"),
        (section(1, "Label(1)", "Results for Label(1) - channel 1 (Counts)\n", "", grid()) + FOOT, "nothing says what"),
        (section(1, "A450(1)", "Results for A450(1) - channel 1 (A)\n", "Em=N/A", grid())[:-20], "ends in the middle"),
    ],
)
def test_broken_files_say_what_is_wrong(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw_file(tmp_path, text.encode()))
    (problem,) = caught.value.problems
    assert words in problem.message
    assert "EnVision" in problem.remedy
