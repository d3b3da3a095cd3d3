from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile
from tasks.parsers.bmg_mars import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import allotropy, grid, parsed, plates_folder, readings, wells

HEAD = (
    "User: USER,Path: C:\\Program Files (x86)\\BMG\\CLARIOstar\\User\\Data,Test run no.: 4\n"
    "Test name: CCK8,Date: 10/16/2024,Time: 3:09:52 PM\n\nID1: day 3,ID2: Plate 7,ID3:,\n"
)


def test_exports_are_allotropys_numbers_in_od(shared: Path) -> None:
    path = plates_folder(shared, "bmg_mars") / "16-03-03 16-54-03 472 ABS 384 QC.csv"
    found = wells(PARSER, RawFile.read(path))
    assert readings(found) == set(allotropy(path))
    assert set(found["unit"]) == {"OD"}


def test_a_numbered_channel_is_its_wavelength(shared: Path) -> None:
    path = plates_folder(shared, "bmg_mars") / "BMG Labtech format.CSV"
    found = wells(PARSER, RawFile.read(path))
    expected = {(w, v) for _, w, _, v in allotropy(path)}  # allotropy reads "Raw Data (450 1)" as 1 nm
    assert {(w, v) for _, w, _, v in readings(found)} == expected
    assert set(found["wavelength_nm"]) == {450.0}
    assert set(found["plate"]) == {"Plate 1"}
    assert not found["plate_is_explicit"].any()


def test_the_file_that_was_changed_after_export_is_refused(shared: Path) -> None:
    raw = RawFile.read(plates_folder(shared, "bmg_mars") / "file_with_no_delimiter_malformed.csv")
    assert PARSER.claims(raw, context(assay="cell_viability"))
    with pytest.raises(BadInputError, match=r"line 1: the line reads \"User = USER.*BMG writes \"User: …\""):
        parsed(PARSER, raw)


def test_1536_wells_with_small_letters_after_z(tmp_path: Path) -> None:
    plate = grid(0.5, 32, 48)
    for index in range(6):
        plate = plate.replace(f"\nA{'ABCDEF'[index]},", f"\n{'abcdef'[index]},")
    text = HEAD + "Luminescence\n\nRaw Data (No filter)\n\n" + plate
    found = wells(PARSER, raw_file(tmp_path, text.encode()))
    assert found.height == 1536
    assert set(found["unit"]) == {"RLU"}
    assert found["wavelength_nm"].is_null().all()
    assert found.filter(pl.col("well") == "AF48").height == 1


def test_two_wavelengths_and_computed_plates(tmp_path: Path) -> None:
    text = (
        f"{HEAD}Absorbance\n\nRaw Data (450 1)\n\n{grid(0.5)}\nRaw Data (630 2)\n\n{grid(0.1)}\n"
        f"Blank corrected based on Raw Data (450 1)\n\n{grid(0.4)}"
    )
    result = parsed(PARSER, raw_file(tmp_path, text.encode()), time_h=72, plate="P9")
    found = result.frames["core.plate_wells"]
    assert {(nm, v) for w, nm, v in found.select("well", "wavelength_nm", "value").rows() if w == "A02"} == {
        (450.0, 0.501),
        (630.0, 0.101),
    }
    assert set(found["measure"]) == {"absorbance"}
    assert set(found["plate"]) == {"P9"}
    assert "Blank corrected based on Raw Data (450 1)" in result.unread
    assert "Test name: CCK8" in result.unread


def test_cycles_of_a_kinetic_run_are_times(tmp_path: Path) -> None:
    text = (
        f"{HEAD}Fluorescence (FI)\n\nRaw Data (485-12/520-20)\nCycle 1 (0 h 0 min)\n\n{grid(100.0)}\n"
        f"Raw Data (485-12/520-20)\nCycle 2 (1 h 30 min)\n\n{grid(200.0)}"
    )
    found = wells(PARSER, raw_file(tmp_path, text.encode()), time_h=1)
    assert sorted(set(found["time_h"])) == [1.0, 2.5]
    assert set(found["wavelength_nm"]) == {520.0}


@pytest.mark.parametrize("head", ["Well,Content", "Well Row,Well Col,Content"])
def test_a_list_of_wells_names_contents(head: str, tmp_path: Path) -> None:
    lines = [f"{head},Raw Data (450),Average over replicates", ",Time [s],"]
    for well, content, value in (("A01", "Blank B", 0.1), ("A02", "Sample X1", 0.9), ("A03", "Standard S1", 1.5)):
        place = well if head.startswith("Well,") else f"{well[0]},{int(well[1:])}"
        lines.append(f"{place},{content},{value},0.5")
    result = parsed(PARSER, raw_file(tmp_path, (HEAD + "Absorbance\n\n" + "\n".join(lines) + "\n").encode()))
    found = result.frames["core.plate_wells"]
    assert found.select("well", "sample_name", "role", "value").rows() == [
        ("A01", None, "blank", 0.1),
        ("A02", "X1", "sample", 0.9),
        ("A03", "Standard S1", "control", 1.5),
    ]
    assert "Average over replicates" in result.unread


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (HEAD + "Absorbance\n\n", "no reading"),
        (HEAD + f"\n\nRaw Data (450)\n\n{grid()}", "no line says what was measured"),
        (HEAD + f"Absorbance\n\nRaw Data (450)\n\n{grid()}"[:-9], "ends in the middle of a plate"),
        (HEAD + f"Absorbance\n\nRaw Data (450)\n\n{grid()}".replace("\nB,0.500", "\nB,B1"), "'B1' is no reading"),
        (HEAD + f"Absorbance\n\nRaw Data (450)\n\n{grid()}\nRaw Data (450)\n\n{grid()}", "two readings"),
    ],
)
def test_broken_files_say_what_is_wrong(broken: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw_file(tmp_path, broken.encode()))
    (problem,) = caught.value.problems
    assert words in problem.message
    assert "MARS" in problem.remedy
