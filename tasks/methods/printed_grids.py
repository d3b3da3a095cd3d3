"""Plates as exports print them: a line of column numbers, a line per plate row, and text above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.errors import bad_input
from tasks.methods.bare_grids import bare_rows
from tasks.methods.grids import PLATE_SHAPES, GridRow, columns_of, grid_rows, row_of_label, well_at
from tasks.methods.pages import Page

Line = tuple[int, tuple[str, ...]]  # number, counted from 1, and cells
MOST_COLUMNS = 48
_LEAST_COLUMNS = 2
_ROWS_BY_COLUMNS = {columns: rows for rows, columns in PLATE_SHAPES.values()}


@dataclass(frozen=True)
class PrintedGrid:
    """One printed plate.

    ``line`` is that of its header, counted from 1; ``corner`` the header's first cell and ``beside`` what
    follows the column numbers; ``above`` the lines with text since the plate before, with their numbers.
    """

    line: int
    corner: str
    beside: tuple[str, ...]
    rows: tuple[GridRow, ...]
    above: tuple[Line, ...]

    @property
    def titles(self) -> list[str]:
        """First text of every line above, top to bottom."""
        return [next(c.strip() for c in cells if c.strip()) for _, cells in self.above]

    @property
    def title(self) -> str:
        """Text of the line just above, empty for none."""
        return self.titles[-1] if self.above else ""

    def wells(self) -> Iterator[tuple[str, str, int]]:
        """Well, its text and its line, row by row; wells without text too."""
        for row in self.rows:
            for column, text in enumerate(row.cells):
                yield well_at(row.row, column), text, row.line


def printed_grids(page: Page, *, has_bare: bool = False) -> tuple[list[PrintedGrid], list[Line]]:
    """Every printed plate of a page in order, and the lines with text after the last one.

    ``has_bare`` finds plates without letters and column numbers too; their header line is their first row.
    """
    lines = page.rows
    grids: list[PrintedGrid] = []
    above: list[Line] = []
    index = 0
    while index < len(lines):
        cells = lines[index]
        columns = _header_columns(lines, index)
        if columns:
            rows = grid_rows(lines, index, columns, has_continuations=False)
            beside = tuple(c.strip() for c in cells[columns + 1 :] if c.strip())
            grids.append(PrintedGrid(index + 1, cells[0].strip(), beside, tuple(rows), tuple(above)))
            above = []
            index += len(rows) + 1
            continue
        bare = bare_rows(lines, index) if has_bare and cells else []
        if bare:
            grids.append(PrintedGrid(index + 1, "", (), tuple(bare), tuple(above)))
            above = []
            index += len(bare)
            continue
        if any(c.strip() for c in cells):
            above.append((index + 1, tuple(cells)))
        index += 1
    return grids, above


def _header_columns(lines: Sequence[Sequence[str]], index: int) -> int:
    """Columns of the plate whose header stands at ``index``; 0 where a row of a plate does not follow."""
    cells = lines[index]
    if len(cells) <= _LEAST_COLUMNS or cells[1].strip().lstrip("0") != "1":
        return 0
    columns = columns_of(["", *cells[1:]])
    if not _LEAST_COLUMNS <= columns <= MOST_COLUMNS or index + 1 >= len(lines):
        return 0
    first = lines[index + 1]
    return columns if first and row_of_label(first[0], columns) is not None else 0


def refuse_cut_grid(page: Page, grids: Sequence[PrintedGrid], file: str, remedy: str) -> None:
    """Raise ``BadInputError`` when a text file ends in the middle of its last plate.

    Programs end every line; where the last line of the file is a row of a plate without a line end, the
    plate must be complete: as many cells as its other rows, and down to the last row of its shape.
    """
    if not page.is_cut or not grids or not grids[-1].rows:
        return
    last, rows = grids[-1].rows[-1], grids[-1].rows
    if last.line != len(page.rows):
        return
    widest = max(len(row.cells) for row in rows)
    shape = _ROWS_BY_COLUMNS.get(widest)
    if len(last.cells) < widest or (shape and last.row + 1 < shape):
        raise bad_input(
            file,
            f"{page.place(last.line)}, row {well_at(last.row, 0)[:-2]}",
            "cut_off",
            f"the file ends in the middle of a plate: {len(last.cells)} of {widest} readings in row "
            f"{well_at(last.row, 0)[:-2]}" + (f" of {shape} rows" if shape else ""),
            f"The file is cut off. {remedy}",
        )
