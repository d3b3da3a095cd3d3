from __future__ import annotations

import pytest

from tasks.methods.bare_grids import bare_rows


def lines(rows: int, columns: int, cell: str = "0.5") -> list[list[str]]:
    return [[cell] * columns for _ in range(rows)]


@pytest.mark.parametrize(("rows", "columns"), [(8, 12), (16, 24), (32, 48)])
def test_numbers_in_the_shape_of_a_plate_are_one(rows: int, columns: int) -> None:
    found = bare_rows([["text"], *lines(rows, columns), [""]], 1)
    assert [(r.row, r.line, len(r.cells)) for r in found] == [(r, r + 2, columns) for r in range(rows)]


def test_trailing_separators_overflow_and_unread_wells_are_fine() -> None:
    plate = [[*row, ""] for row in lines(8, 12)]
    plate[3][11], plate[4][0], plate[5][2], plate[6][3] = "", "OVRFLW", "1,250", ">4.0"
    assert len(bare_rows(plate, 0)) == 8


@pytest.mark.parametrize(
    "plate",
    [lines(7, 12), lines(9, 12), lines(8, 11), lines(16, 12), [["a", *["0.5"] * 11], *lines(7, 12)], [[""]], [["5"]]],
)
def test_other_shapes_and_text_are_none(plate: list[list[str]]) -> None:
    assert bare_rows(plate, 0) == []
