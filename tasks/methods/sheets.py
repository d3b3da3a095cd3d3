"""A CSV sheet as people save it, to columns and rows that know their line."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.errors import Problem, Severity
from tasks.methods.id_matching import KnownIds
from tasks.methods.problem_lists import shown
from tasks.methods.text import decode, is_binary

_DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_INVISIBLE = "\ufeff\u200b\u200e\u200f"  # marks that copying from web pages and mails leaves
_SAVE_AS = "Save it as 'CSV UTF-8 (comma delimited)'."
_ZIP_OR_OLE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Cells:
    """The cells of a sheet, stripped, each row with the physical line that it starts on."""

    name: str
    lines: tuple[tuple[int, tuple[str, ...]], ...]  # rows of nothing but separators too: they place a plate's rows
    problems: tuple[Problem, ...] = ()
    delimiter: str = ","

    @property
    def rows(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The rows that hold anything."""
        return tuple((line, cells) for line, cells in self.lines if any(cells))

    @property
    def is_unreadable(self) -> bool:
        """Whether a fatal problem hides the content."""
        return any(p.severity is Severity.FATAL for p in self.problems)


@dataclass(frozen=True)
class Row:
    """One row of a sheet: cell by column name, empty cells as empty text."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """A sheet with a header: known columns under their own names, the others as written."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    delimiter: str = ","
    extra: tuple[str, ...] = field(default=())  # columns that the sheet's declaration does not know

    @property
    def decimal_comma(self) -> bool:
        """Whether a number may be written 0,5: so where commas do not separate the columns."""
        return self.delimiter != ","

    def values(self, column: str) -> list[str]:
        """The column's non-empty cells, top to bottom."""
        return [row.cells[column] for row in self.rows if row.cells.get(column)]


def read_cells(name: str, data: bytes) -> Cells:
    """Read a sheet's cells, whatever a spreadsheet program wrote.

    Any encoding that ``decode`` knows; comma, semicolon or tab; quoted fields; spaces around
    values are removed. What a person should tidy is a warning; bytes that are no text and a
    quote that is never closed are fatal.
    """
    if data.startswith(_ZIP_OR_OLE) or is_binary(data):
        what = "an Excel workbook" if data.startswith(_ZIP_OR_OLE) else "binary data"
        message = f"this is {what} and not a text sheet"
        return Cells(name, (), (_problem(Severity.FATAL, name, "", "", "unreadable_sheet", message, _SAVE_AS),))
    problems = list(_encoding_problems(name, data))
    lines = decode(data).lstrip(_INVISIBLE).split("\n")
    skipped, delimiter = _dialect(lines)
    if delimiter != ",":
        message = f"columns are separated by {_DELIMITERS[delimiter]}; they were read so"
        problems.append(
            _problem(Severity.WARNING, name, f"line {skipped + 1}", "", "not_comma_separated", message, _SAVE_AS)
        )
    rows: list[tuple[int, tuple[str, ...]]] = []
    spaced: list[tuple[int, str]] = []
    text = "".join(f"{line}\n" for line in lines[skipped:])
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    start = skipped + 1
    try:
        for raw in reader:
            cells = tuple(cell.strip(_INVISIBLE + " \t\xa0\n") for cell in raw)
            spaced.extend((start, cell) for cell, before in zip(cells, raw, strict=True) if cell and cell != before)
            if len(cells) > 1 or any(cells):
                rows.append((start, cells))
            start = skipped + reader.line_num + 1
    except csv.Error as error:
        message = f"the row that starts here cannot be split into cells ({error})"
        remedy = 'Close every quote; write a quote inside a quoted cell twice ("").'
        problems.append(_problem(Severity.FATAL, name, f"line {start}", "", "unreadable_sheet", message, remedy))
    if spaced:
        line, value = spaced[0]
        others = f" and {len(spaced) - 1} more" if len(spaced) > 1 else ""
        message = f"spaces around '{shown(value)}'{others} were removed"
        remedy = "Remove them in the file."
        problems.append(_problem(Severity.WARNING, name, f"line {line}", value, "spaces", message, remedy))
    return Cells(name, tuple(rows), tuple(problems), delimiter)


def read_sheet(name: str, data: bytes, known: Sequence[str], required: Sequence[str], *, is_open: bool) -> Sheet:
    """Read a sheet whose first row names its columns.

    ``known`` columns are found in any case and with spaces or hyphens for underscores. Other
    columns are kept under the name as written where the sheet ``is_open``; else they are fatal.
    """
    cells = read_cells(name, data)
    problems = list(cells.problems)
    filled = cells.rows
    if not filled:
        if not cells.is_unreadable:
            message = f"the sheet is empty; expected a first line with the columns {', '.join(required)}"
            problems.append(
                _problem(
                    Severity.FATAL, name, "line 1", "", "empty_sheet", message, "Write that line, or remove the file."
                )
            )
        return Sheet(name, (), (), tuple(problems))
    header_line, header = filled[0]
    body = filled[1:]
    columns = [_known_name(title, known) for title in header]
    problems += _header_problems(name, header_line, columns, body, known, required, is_open=is_open)
    rows = []
    for line, values in body:
        if any(values[len(columns) :]):
            message = f"{len(values)} cells under {len(columns)} columns"
            remedy = "Put a value that contains a comma in quotes, or name the column."
            problems.append(
                _problem(Severity.FATAL, name, f"line {line}", values[-1], "too_many_cells", message, remedy)
            )
        padded = (*values, *[""] * (len(columns) - len(values)))
        rows.append(Row(line, {c: v for c, v in zip(columns, padded, strict=False) if c}))
    named = tuple(c for c in dict.fromkeys(columns) if c)
    extra = tuple(c for c in named if c not in known)
    return Sheet(name, named, tuple(rows), tuple(problems), cells.delimiter, extra)


def _problem(severity: Severity, file: str, place: str, value: str, rule: str, message: str, remedy: str) -> Problem:
    return Problem(severity, file, place, shown(value), rule, message, remedy)


def _encoding_problems(name: str, data: bytes) -> Iterable[Problem]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield _problem(Severity.WARNING, name, "line 1", "", "encoding", "the file is UTF-16; it was read so", _SAVE_AS)
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = "not UTF-8; read as a Windows export, so letters such as µ and β may be wrong"
        yield _problem(Severity.WARNING, name, f"line {line}", "", "encoding", message, _SAVE_AS)


def _dialect(lines: Sequence[str]) -> tuple[int, str]:
    """How many lines precede the header (Excel's ``sep=;``), and what separates the columns."""
    if lines and (declared := re.match(r"sep=([,;\t])$", lines[0].strip(' "'), re.IGNORECASE)):
        return 1, declared[1]
    header = re.sub(r'"[^"]*"', "", next((line for line in lines if line.strip(" ,;\t")), ""))
    best = max(_DELIMITERS, key=header.count)
    return 0, best if header.count(best) else ","


def _known_name(title: str, known: Sequence[str]) -> str:
    plain = re.sub(r"[\s-]+", "_", title.casefold())
    return plain if plain in known else title


def _header_problems(
    name: str,
    line: int,
    columns: Sequence[str],
    body: Sequence[tuple[int, Sequence[str]]],
    known: Sequence[str],
    required: Sequence[str],
    *,
    is_open: bool,
) -> Iterable[Problem]:
    place = f"line {line}"
    absent = [c for c in known if c not in columns]
    for column in sorted({c for c in columns if c and list(columns).count(c) > 1}):
        yield _problem(
            Severity.FATAL,
            name,
            place,
            column,
            "duplicate_column",
            f"column '{shown(column)}' stands twice",
            "Keep one.",
        )
    for at, column in enumerate(columns):
        if not column and any(len(values) > at and values[at] for _, values in body):
            message = f"column {at + 1} has values but no name"
            yield _problem(Severity.FATAL, name, place, "", "unnamed_column", message, "Name it or remove it.")
    for column in dict.fromkeys(c for c in columns if c and c not in known):
        near = KnownIds(absent if is_open else known).nearest(column)
        if not is_open:
            remedy = f"Did you mean {near}?" if near else f"Use one of {', '.join(known)}."
            message = f"no column '{shown(column)}' in this sheet"
            yield _problem(Severity.FATAL, name, place, column, "unknown_column", message, remedy)
        elif near and near not in required:
            message = f"column '{shown(column)}' is kept as an attribute"
            remedy = f"If you meant {near}, rename it."
            yield _problem(Severity.WARNING, name, place, column, "unknown_column", message, remedy)
    strangers = KnownIds(c for c in columns if c and c not in known)
    for column in required:
        if column not in columns:
            near = strangers.nearest(column)
            remedy = f"Rename column '{shown(near)}' to {column}." if near else "Add it."
            message = f"column {column} is missing"
            yield _problem(Severity.FATAL, name, place, column, "missing_column", message, remedy)
