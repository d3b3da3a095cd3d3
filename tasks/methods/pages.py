"""An export as pages of cells: the one page of a text file, or the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tasks.contracts import RawFile
from tasks.methods.lines import read_content, read_lines
from tasks.methods.workbooks import is_workbook, read_sheets

Rows = list[list[str]]


@dataclass(frozen=True)
class Page:
    """Rows of cells; ``name`` is the sheet's, empty for a text file."""

    name: str
    rows: Rows

    def place(self, row: int) -> str:
        """Where a row, counted from 1, stands in the file."""
        return f"sheet {self.name!r}, row {row}" if self.name else f"line {row}"

    @property
    def is_cut(self) -> bool:
        """Whether a text file ends within a line: its last line has text but no line end."""
        return not self.name and bool(self.rows) and any(cell.strip() for cell in self.rows[-1])


def read_pages(raw: RawFile, product: str, wanted: Callable[[str], bool] = lambda _: True) -> list[Page]:
    """Every page of a file; of a workbook the sheets that are ``wanted``.

    Raises ``BadInputError`` for an empty, binary or damaged file.
    """
    if is_workbook(raw.head):
        sheets = read_sheets(read_content(raw, product), raw.name, wanted)
        return [Page(name, rows) for name, rows in sheets.items()]
    return [Page("", read_lines(raw, product))]
