"""Exports in sections with [bracketed] titles, as NanoSight writes them: rows of cells by section."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from tasks.contracts import RawFile
from tasks.methods.lines import read_content
from tasks.methods.text import decode

Rows = list[tuple[int, list[str]]]  # line number and cells
_TITLE = re.compile(r"\[([^\]\n]{1,80})\]")


def sections(raw: RawFile, product: str) -> dict[str, Rows]:
    """Rows of every section by its title, the first ones under ``""``; a section's title row is its first row.

    The separator is the one that the lines with titles and most others have. A section that occurs again goes on
    under the same title with `` 2``. Raises ``BadInputError`` for an empty or damaged file.
    """
    text = decode(read_content(raw, product))
    separator = max("\t,;", key=text.count)
    found: dict[str, Rows] = {"": []}
    rows = found[""]
    for line, cells in _rows(text, separator):
        title = _TITLE.match(cells[0].strip()) if cells else None
        if title:
            name, number = title[1].strip(), 2
            while name in found:
                name, number = f"{title[1].strip()} {number}", number + 1
            rows = found.setdefault(name, [])
        rows.append((line, cells))
    return found


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        cells = line.split(separator)
        if '"' in line and line.count('"') % 2 == 0:
            try:
                cells = next(csv.reader([line], delimiter=separator), [""])
            except csv.Error:  # a cell longer than the reader allows
                cells = line.split(separator)
        yield number, [c.strip() for c in cells]


def values(rows: Rows, *starts: str) -> list[str] | None:
    """Cells after the first of the first row that begins with one of the texts, in any case; null where none does."""
    for _, cells in rows:
        if cells and cells[0].lower().rstrip(":").startswith(tuple(s.lower() for s in starts)):
            return cells[1:]
    return None
