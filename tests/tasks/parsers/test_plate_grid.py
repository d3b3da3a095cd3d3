from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BadInputError
from tasks.contracts import parsers
from tasks.methods.grids import PLATE_SHAPES, well_at
from tasks.parsers.plate_grid import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.plate_files import blanks_in_first_column, grid, parsed, wells, workbook

ASSAY = "cell_viability"


def claimed(raw_text: bytes, tmp_path: Path, name: str = "plate.csv", **row: object) -> list[str]:
    raw = raw_file(tmp_path, raw_text, name)
    return [p.name for p in parsers().values() if p.claims(raw, context(**(row or {"assay": ASSAY})))]


@pytest.mark.parametrize(("rows", "columns"), [(8, 12), (16, 24), (32, 48)])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_printed_plates_of_all_sizes_are_read(rows: int, columns: int, separator: str, tmp_path: Path) -> None:
    text = grid(0.5, rows, columns, separator)
    assert claimed(text.encode(), tmp_path) == ["plate_grid"]
    found = wells(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY, time_h=24, plate="P1")
    assert found.height == rows * columns
    at = dict(found.select("well", "value").rows())
    assert at[well_at(rows - 1, columns - 1)] == pytest.approx(0.5 + (columns - 1) / 1000)
    assert (set(found["unit"]), set(found["measure"]), set(found["time_h"])) == ({"OD"}, {"absorbance"}, {24.0})
    assert found["plate_is_explicit"].all()


def test_nothing_but_numbers_is_a_plate_too(tmp_path: Path) -> None:
    bare = "".join(",".join(f"{r / 10 + c / 100:.2f}" for c in range(12)) + "\n" for r in range(8))
    assert claimed(bare.encode(), tmp_path) == ["plate_grid"]
    found = wells(PARSER, raw_file(tmp_path, bare.encode()), assay=ASSAY)
    assert dict(found.select("well", "value").rows())["H12"] == pytest.approx(0.81)
    assert claimed(bare.partition("\n")[2].encode(), tmp_path) == []  # seven rows are no plate


def test_titles_name_plates_wavelengths_and_units(tmp_path: Path) -> None:
    text = f"Plate 1\n450 nm\n{grid(0.9)}\n630 nm\n{grid(0.1)}\nPlate: BC-2\nOD450\n{grid(0.8)}\n"
    found = wells(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    at = {(p, nm): v for p, w, nm, v in found.select("plate", "well", "wavelength_nm", "value").rows() if w == "A01"}
    assert at == {("Plate 1", 450.0): 0.9, ("Plate 1", 630.0): 0.1, ("BC-2", 450.0): 0.8}


def test_sheets_of_a_workbook_are_plates(tmp_path: Path) -> None:
    rows = [line.split(",") for line in grid(0.5).splitlines()]
    cells: list[list[object]] = [[float(c) if "." in c else c for c in row] for row in rows]
    cells[0] = ["", *range(1, 13)]
    book = workbook({"day 1": cells, "day 2": [["RFU"], *cells]})
    assert claimed(book, tmp_path, "p.xlsx") == ["plate_grid"]
    found = wells(PARSER, raw_file(tmp_path, book, "p.xlsx"), assay=ASSAY)
    assert dict(found.select("plate", "unit").unique().rows()) == {"day 1": "OD", "day 2": "RFU"}


def test_plates_without_names_are_numbered(tmp_path: Path) -> None:
    found = wells(PARSER, raw_file(tmp_path, f"{grid(0.5)}\n{grid(0.7)}".encode()), assay=ASSAY)
    assert dict(found.filter(pl.col("well") == "A01").select("plate", "value").rows()) == {
        "Plate 1": 0.5,
        "Plate 2": 0.7,
    }


def test_high_readings_without_a_unit_are_kept_and_said(tmp_path: Path) -> None:
    text = grid(23864.0)
    result = parsed(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    assert set(result.frames["core.plate_wells"]["unit"]) == {"AU"}
    assert "unit_unknown" in [p.rule for p in result.problems]
    told = parsed(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY, attributes={"unit": "RFU"})
    assert set(told.frames["core.plate_wells"]["unit"]) == {"RFU"}
    assert [p.rule for p in told.problems] == ["no_layout"]


def test_grouped_thousands_are_read_where_the_reading_is_no_od(tmp_path: Path) -> None:
    text = "RFU\n" + grid("1,204,500", separator="\t")
    found = wells(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    assert set(found["value"]) == {1204500.0}


def test_overflow_missed_and_partial_plates(tmp_path: Path) -> None:
    text = grid(0.5).replace("A,0.500,0.501", "A,OVRFLW,?").replace("B,0.500", "B,")
    found = wells(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    assert found.height == 95
    flags = {w: f for w, f in found.select("well", "flag").rows() if f}
    assert flags == {"A01": "overflow", "A02": "missed"}


def test_a_layout_gives_roles_and_blanks_are_checked(tmp_path: Path) -> None:
    result = parsed(
        PARSER, raw_file(tmp_path, grid(0.9).encode()), layout=blanks_in_first_column(), assay=ASSAY, time_h=24
    )
    assert [p.rule for p in result.problems] == ["blank_not_blank"]


@pytest.mark.parametrize(
    "text",
    [
        "Software Version\t3.12\n\nPlate Number\tPlate 1\n\n" + grid(separator="\t"),
        "##BLOCKS= 1\n" + grid(),
        "User: a,Path: C:\\BMG,Test run no.: 3\n" + grid(),
        "Kaleido 3.0\n" + grid(),
        "Measurement results\n" + grid(),
        "Plate information\nx\nBackground information\n" + grid(),
    ],
)
def test_files_with_a_vendors_signature_are_refused(text: str, tmp_path: Path) -> None:
    assert "plate_grid" not in claimed(text.encode(), tmp_path)


def test_only_a_declared_plate_is_claimed(tmp_path: Path) -> None:
    for row in ({"time_h": 1}, {"assay": "qpcr"}, {"assay": "expression_counts"}):
        assert "plate_grid" not in claimed(grid().encode(), tmp_path, **row)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (grid().replace("B,0.500", "B,T1"), "line 3, well B01", "'T1' is no reading"),
        (grid()[:-40], "line 9, row H", "ends in the middle of a plate"),
        (grid().replace("\nC,", "\nB,"), "line 3 and line 4, well B01", "two readings"),
        ("Plate 1\n" + grid() + "Plate 1\n" + grid(), "well A01", "two readings"),
        (grid(""), "", "no reading"),
    ],
)
def test_broken_plates_say_where_and_what_to_do(text: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        parsed(PARSER, raw_file(tmp_path, text.encode()), assay=ASSAY)
    (problem,) = caught.value.problems
    assert place in problem.place
    assert words in problem.message
    assert problem.remedy


@given(st.sampled_from([(8, 12), (16, 24)]), st.data())
def test_every_printed_reading_is_a_row(
    tmp_path_factory: pytest.TempPathFactory, shape: tuple[int, int], data: st.DataObject
) -> None:
    assert shape in PLATE_SHAPES.values()
    rows, columns = shape
    values = data.draw(st.lists(st.floats(0, 4, width=16), min_size=columns, max_size=columns))
    lines = [",".join(["", *map(str, range(1, columns + 1))])]
    lines += [",".join([well_at(r, 0)[:-2], *(f"{v:.4f}" for v in values)]) for r in range(rows)]
    raw = raw_file(tmp_path_factory.mktemp("raw"), ("\n".join(lines) + "\n").encode(), "p.csv")
    found = wells(PARSER, raw, assay=ASSAY)
    assert found["value"].to_list() == pytest.approx([round(v, 4) for v in values] * rows)
