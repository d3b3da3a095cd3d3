"""Wells of microplates: their names, their numbers, and the grids of readings that exports print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

PLATE_SHAPES = {6: (2, 3), 12: (3, 4), 24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24), 1536: (32, 48)}
_WELL = re.compile(r"([A-Za-z]{1,2})\s*0*([1-9][0-9]?)")
_THROUGH_HOLE = re.compile(r"([A-D])(1[0-2]|[1-9])([a-h])([1-8])")
_HOLES = 8  # an OpenArray subarray is 8 x 8 through-holes
_LETTERS = 26
_MOST_ROWS = 32
_MOST_COLUMNS = 96  # of an OpenArray plate's holes
_COLUMNS_384 = 24


def row_letters(index: int) -> str:
    """Letters of a row counted from 0: A … Z, AA … AF."""
    return chr(65 + index) if index < _LETTERS else "A" + chr(65 + index - _LETTERS)


def row_index(letters: str) -> int | None:
    """Row counted from 0; null when the letters name no row of a plate."""
    name = letters.upper()
    if len(name) == 1 and "A" <= name <= "Z":
        return ord(name) - 65
    if len(name) == 2 and name[0] == "A" and "A" <= name[1] <= "F":  # noqa: PLR2004  # 32 rows end at AF
        return _LETTERS + ord(name[1]) - 65
    return None


def well_at(row: int, column: int) -> str:
    """Name of a well by row and column, both counted from 0: ``A01``."""
    return f"{row_letters(row)}{column + 1:02d}"


def position(well: str) -> tuple[int, int]:
    """Row and column of a normalised well name, both counted from 0."""
    letters = well.rstrip("0123456789")
    return row_index(letters) or 0, int(well[len(letters) :]) - 1


def well_name(text: str) -> str | None:
    """Normalise ``A1``, ``a01`` or an OpenArray through-hole ``A1a1``; null when it names no well.

    An OpenArray plate of 4 x 12 subarrays with 8 x 8 holes each becomes one grid of
    32 rows and 96 columns, so that every hole has its own name (``D12h8`` is ``AF96``).
    """
    stripped = text.strip()
    if hole := _THROUGH_HOLE.fullmatch(stripped):
        row = (ord(hole[1]) - 65) * _HOLES + ord(hole[3]) - 97
        return well_at(row, (int(hole[2]) - 1) * _HOLES + int(hole[4]) - 1)
    match = _WELL.fullmatch(stripped)
    if not match or int(match[2]) > _MOST_COLUMNS:
        return None
    row_found = row_index(match[1])
    return None if row_found is None else well_at(row_found, int(match[2]) - 1)


def well_of_number(number: int, size: int) -> str | None:
    """Name of the well that a program counts 1 … ``size`` row by row; null outside the plate."""
    rows, columns = PLATE_SHAPES[size]
    if not 1 <= number <= rows * columns:
        return None
    return well_at(*divmod(number - 1, columns))


def number_of_well(well: str, size: int) -> int:
    """Count a well 1 … ``size`` row by row."""
    row, column = position(well)
    return row * PLATE_SHAPES[size][1] + column + 1


def plate_size(wells: Sequence[str]) -> int:
    """Smallest usual plate, from 96 wells up, that has all these wells."""
    places = [position(w) for w in wells]
    for size, (rows, columns) in PLATE_SHAPES.items():
        if size >= 96 and all(r < rows and c < columns for r, c in places):  # noqa: PLR2004
            return size
    return max(PLATE_SHAPES)


def rotated(well: str, size: int) -> str:
    """Give the well that stands there when the plate of ``size`` wells is turned by 180°."""
    rows, columns = PLATE_SHAPES[size]
    row, column = position(well)
    return well_at(rows - 1 - row, columns - 1 - column)


def columns_of(cells: Sequence[str]) -> int:
    """Count the columns that a grid's header numbers 1, 2, 3, … after its first cell; 0 for no header.

    Headers count from 1 but may stop anywhere: a partial plate is read in part.
    """
    if len(cells) < 2 or cells[0].strip() not in ("", "<>"):  # noqa: PLR2004
        return 0
    count = 0
    for cell in cells[1:]:
        if cell.strip().lstrip("0") != str(count + 1):
            break
        count += 1
    return count


@dataclass(frozen=True)
class GridRow:
    """A row of a printed grid: the plate row (from 0), its cells by column, and the text after them."""

    line: int
    row: int
    cells: tuple[str, ...]
    label: str


def row_of_label(label: str, columns: int) -> int | None:
    """Row counted from 0 that a grid's line is labelled with; null when the label names none.

    Plates of 1536 wells are labelled A … Z, AA … AF, or by some programs A … Z, a … f.
    """
    text = label.strip()
    if columns > _COLUMNS_384 and len(text) == 1 and "a" <= text <= "f":
        return _LETTERS + ord(text) - 97
    return row_index(text)


def grid_rows(
    lines: Sequence[Sequence[str]], start: int, columns: int, *, has_continuations: bool = True
) -> list[GridRow]:
    """Rows below the header at index ``start``, up to the first line that is none.

    A line without a row letter continues the row above it (several readings per well), unless
    the format has no such lines. ``label`` is the first text behind the wells. Shorter lines
    give fewer cells.
    """
    found: list[GridRow] = []
    row: int | None = None
    for index in range(start + 1, len(lines)):
        cells = lines[index]
        head = cells[0].strip() if cells else ""
        if head or not has_continuations:
            row = row_of_label(head, columns)
        if row is None or row >= _MOST_ROWS or not any(c.strip() for c in cells):
            break
        wells = tuple(c.strip() for c in cells[1 : columns + 1])
        label = next((c.strip() for c in cells[columns + 1 :] if c.strip()), "")
        found.append(GridRow(index + 1, row, wells, label))
    return found
