from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.contracts import RawFile, parsers
from tasks.parsers.skanit import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import allotropy, parsed, plates_folder, readings, wells, workbook

HEAD = [["Measurement results"], ["run.skax"], ["2025-06-27 11:00"], [" "]]
NUMBERS = list(range(1, 13))


def sheet(*parts: list[list[object]]) -> list[list[object]]:
    rows: list[list[object]] = [list(row) for row in HEAD]
    for part in parts:
        rows += [*part, []]
    return rows


def plate(corner: str, *rows: list[object]) -> list[list[object]]:
    return [[corner, *NUMBERS], *([letter, *row] for letter, row in zip("ABCDEFGH", rows, strict=False))]


def test_five_plates_of_two_wavelengths_are_allotropys_numbers(shared: Path) -> None:
    path = plates_folder(shared, "thermo_skanit") / "multi-plate_example01.xlsx"
    raw = RawFile.read(path)
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["skanit"]
    result = parsed(PARSER, raw)
    found = result.frames["core.plate_wells"]
    assert readings(found) == set(allotropy(path))
    assert set(found["unit"]) == {"OD"}
    roles = {(p, w): (r, s) for p, w, r, s in found.select("plate", "well", "role", "sample_name").rows()}
    assert roles["Plate 1", "A02"] == ("blank", None)
    assert roles["Plate 5", "A02"] == ("sample", "Un0059")
    assert "sheet Layout definitions" in result.unread


def test_steps_on_sheets_of_their_own_and_plates_by_name(tmp_path: Path) -> None:
    book = workbook(
        {
            "Fluorescence 1_01": sheet(
                [["Fluorescence 1"], ["Excitation: 485 nm"], ["Emission: 520 nm"], ["day 3 A"]], plate("RFU", [10, 20])
            ),
            "Luminescence 1_01": sheet([["Luminescence 1"], ["day 3 A"]], plate("RLU", [1, "Over"])),
            "Session information": [["Session information"], ["", "Session name", "run.skax"]],
        }
    )
    found = wells(PARSER, raw_file(tmp_path, book, "r.xlsx"), time_h=48)
    rows = found.select("plate", "well", "measure", "wavelength_nm", "value", "unit", "flag").rows()
    assert sorted(rows, key=str) == [
        ("day 3 A", "A01", "fluorescence", 520.0, 10.0, "RFU", None),
        ("day 3 A", "A01", "luminescence", None, 1.0, "RLU", None),
        ("day 3 A", "A02", "fluorescence", 520.0, 20.0, "RFU", None),
        ("day 3 A", "A02", "luminescence", None, None, "RLU", "overflow"),
    ]
    assert set(found["time_h"]) == {48.0}


def test_kinetic_readings_have_their_times(tmp_path: Path) -> None:
    first = [["Kinetic absorbance 1"], ["Wavelength: 450 nm"], ["Plate 1"], ["Time: 0:00:00"]]
    book = workbook({"K": sheet(first, plate("Abs", [0.1]), [["Time: 0:30:00"]], plate("Abs", [0.2]))})
    found = wells(PARSER, raw_file(tmp_path, book, "r.xlsx"), time_h=24)
    assert found.select("time_h", "value", "wavelength_nm").rows() == [(24.0, 0.1, 450.0), (24.5, 0.2, 450.0)]


def test_a_text_export_is_read_like_a_workbook(tmp_path: Path) -> None:
    rows = sheet([["Absorbance 1"], ["Wavelength: 450 nm"], ["Plate 1"]], plate("Abs", [0.5, 0.25]))
    text = "\n".join("\t".join(map(str, row)) for row in rows) + "\n"
    found = wells(PARSER, raw_file(tmp_path, text.encode("utf-16"), "r.txt"))
    assert found.select("well", "value", "wavelength_nm").rows() == [("A01", 0.5, 450.0), ("A02", 0.25, 450.0)]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (sheet([["Absorbance 1"], ["Plate 1"]]), "no plate below 'measurement results'"),
        (sheet([["Absorbance 1"], ["Plate 1"]], plate("Abs", [0.1, "A7"])), "'A7' is no reading"),
        (sheet([["Absorbance 1"]], plate("Abs", [0.1]), plate("Abs", [0.2])), "two readings"),
        (sheet([["Other 1"], ["Plate 1"]], plate("mP", [0.1])), "no plate below"),
    ],
)
def test_broken_files_say_what_is_wrong(rows: list[list[object]], words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw_file(tmp_path, workbook({"S": rows}), "r.xlsx"))
    (problem,) = caught.value.problems
    assert words in problem.message
    assert "SkanIt" in problem.remedy


def test_a_damaged_workbook_is_refused(shared: Path, tmp_path: Path) -> None:
    content = (plates_folder(shared, "thermo_skanit") / "multi-plate_example01.xlsx").read_bytes()
    for cut in (1000, len(content) // 2, len(content) - 30):
        with pytest.raises(BadInputError, match="cannot be opened"):
            parsed(PARSER, raw_file(tmp_path, content[:cut], f"{cut}.xlsx"))


def test_over_range_readings_stay_and_are_flagged(shared: Path) -> None:
    raw = RawFile.read(plates_folder(shared, "thermo_skanit") / "multi-plate_example01.xlsx")
    found = wells(PARSER, raw).filter(pl.col("flag") == "over_range")
    assert found["value"].min() > 3  # type: ignore[operator]


def test_a_session_in_another_language_is_told_by_its_sheets(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Résultats de mesure"], ["essai.skax"], ["Absorbance 1"], ["Longueur d'onde : 450 nm"]]
    rows += [["Plaque 7"], ["Abs", 1, 2], ["A", 0.05, 0.61], ["B", 0.06, 0.62], []]
    rows += [["Échantillon", 1, 2], ["A", "Blanc1", "Échantillon0001"], ["B", "Blanc1", "Échantillon0002"]]
    content = workbook({"Absorbance 1_01": rows, "Disposition": [["Plaque"], ["essai.skax"]]})
    raw = raw_file(tmp_path, content, "essai.xlsx")
    found = PARSER.parse(raw, context())
    columns = ("plate", "well", "wavelength_nm", "sample_name", "role", "value")
    assert found.frames["core.plate_wells"].select(columns).rows() == [
        ("Plaque 7", "A01", 450.0, None, "blank", 0.05),
        ("Plaque 7", "A02", 450.0, "Échantillon0001", "sample", 0.61),
        ("Plaque 7", "B01", 450.0, None, "blank", 0.06),
        ("Plaque 7", "B02", 450.0, "Échantillon0002", "sample", 0.62),
    ]
    assert found.unread == ("sheet Disposition",)
