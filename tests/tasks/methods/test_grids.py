from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.grids import (
    columns_of,
    grid_rows,
    number_of_well,
    plate_size,
    position,
    rotated,
    row_index,
    row_letters,
    well_at,
    well_name,
    well_of_number,
)


@pytest.mark.parametrize(
    ("text", "well"),
    [
        ("A1", "A01"),
        ("a01", "A01"),
        ("  H12", "H12"),
        ("P24", "P24"),
        ("AF48", "AF48"),
        ("A001", "A01"),
        ("A1a1", "A01"),
        ("D12h8", "AF96"),
    ],
)
def test_well_names_are_normalised(text: str, well: str) -> None:
    assert well_name(text) == well


@pytest.mark.parametrize("text", ["", "A0", "A", "12", "AG1", "BA1", "Sample 1", "A97", "A100", "E1a1"])
def test_what_names_no_well_is_null(text: str) -> None:
    assert well_name(text) is None


@pytest.mark.parametrize("size", [96, 384, 1536])
def test_well_numbers_count_row_by_row_and_back(size: int) -> None:
    wells = [well_of_number(n, size) for n in range(1, size + 1)]
    assert len(set(wells)) == size
    assert [number_of_well(w, size) for w in wells if w] == list(range(1, size + 1))
    assert well_of_number(size + 1, size) is None
    assert plate_size([w for w in wells if w]) == size


def test_a_quarter_turned_twice_is_opposite() -> None:
    assert rotated("A01", 96) == "H12"
    assert rotated("B03", 384) == "O22"
    assert rotated(rotated("C05", 96), 96) == "C05"


@given(st.integers(0, 31), st.integers(0, 95))
def test_names_and_positions_are_inverse(row: int, column: int) -> None:
    assert row_index(row_letters(row)) == row
    assert position(well_at(row, column)) == (row, column)
    assert well_name(well_at(row, column)) == well_at(row, column)


@given(st.text())
def test_any_text_is_a_well_or_null(text: str) -> None:
    well = well_name(text)
    assert well is None or well_name(well) == well


def test_a_grid_is_read_with_its_continued_rows_until_it_ends() -> None:
    lines = [
        ["Results"],
        ["", "1", "2", "3"],
        ["A", "0.1", "0.2", "", "450"],
        ["", "1.1", "1.2", "1.3", "630"],
        ["B", "0.4"],
        [""],
        ["C", "9", "9", "9"],
    ]
    assert columns_of(lines[1]) == 3
    assert columns_of(lines[2]) == 0
    rows = grid_rows(lines, 1, 3)
    assert [(r.line, r.row, r.cells, r.label) for r in rows] == [
        (3, 0, ("0.1", "0.2", ""), "450"),
        (4, 0, ("1.1", "1.2", "1.3"), "630"),
        (5, 1, ("0.4",), ""),
    ]
