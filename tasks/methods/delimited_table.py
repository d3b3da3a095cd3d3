"""Delimited text to typed columns: polars where the file is clean, a careful second reading where not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from schemas.errors import BadInputError, Problem, Severity, bad_input
from tasks.contracts import RawFile
from tasks.methods.delimited import Dialect, is_plain, text_of

SHOWN = 5  # faults of one kind that are spelled out; the rest is counted
_CORRECT = "Correct the cell in the table it was exported from; a feature without reads has the count 0."
_THOUSANDS = r"^[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+$"
_COMMA = r"^[+-]?[0-9]+,[0-9]+$"


@dataclass(frozen=True)
class TextTable:
    """Columns of a file in its order, called ``c0``, ``c1``, …; numbers as float, the rest as stripped text.

    With ``is_transposed`` the file's rows are the columns here, its header the first of them.
    """

    raw: RawFile
    dialect: Dialect
    names: tuple[str, ...]  # of the columns, as the file has them
    frame: pl.DataFrame
    has_header: bool = True
    is_transposed: bool = False

    @cached_property
    def _lines(self) -> list[int]:
        return [line for line, _ in _rows(self.raw, self.dialect, has_header=self.has_header)]

    def line(self, row: int) -> int:
        """Line of the file that a row stands in; with ``is_transposed`` the position in the header."""
        return row + 2 if self.is_transposed else self._lines[row]

    def place(self, row: int, column: int) -> str:
        """Where a cell stands in the file."""
        if self.is_transposed:
            return f"line {self._lines[column - 1]}, column {self.frame.item(row, 0)}"
        return f"line {self._lines[row]}, column {self.names[column]}"

    def row_place(self, row: int) -> str:
        """Where a row stands in the file."""
        return f"{'column' if self.is_transposed else 'line'} {self.line(row)}"


def read_table(
    raw: RawFile, dialect: Dialect, numeric: Collection[int], *, id_column: int = 0, has_header: bool = True
) -> TextTable:
    """Read all columns; those in ``numeric`` hold numbers only.

    Raises ``BadInputError`` for ragged rows and for cells of ``numeric`` that are empty or text,
    naming line, id, column and value.
    """
    names = dialect.names if has_header else tuple(f"column {i + 1}" for i in range(len(dialect.first)))
    frame = _fast(raw, dialect, len(names), numeric, has_header=has_header)
    if frame is None:
        rows = _rows(raw, dialect, has_header=has_header)
        _refuse_ragged(raw, rows, len(names))
        columns: Sequence[Sequence[str]] = list(zip(*(row for _, row in rows), strict=True)) or [()] * len(names)
        frame = _typed(TextTable(raw, dialect, names, _strings(columns), has_header=has_header), numeric, id_column)
    return TextTable(raw, dialect, names, _stripped(frame), has_header=has_header)


def read_transposed(raw: RawFile, dialect: Dialect, dropped: Collection[int]) -> TextTable:
    """Read a file whose rows are samples: its first column names the columns here, its header is ``c0``.

    ``dropped`` are columns of the file that hold no counts. Raises as ``read_table``.
    """
    rows = _rows(raw, dialect, has_header=True)
    width = len(dialect.names)
    _refuse_ragged(raw, rows, width)
    kept = [i for i in range(1, width) if i not in dropped]
    columns = [[dialect.names[i] for i in kept], *([row[i] for i in kept] for _, row in rows)]
    names = (dialect.names[0], *(row[0].strip() for _, row in rows))
    table = TextTable(raw, dialect, names, _strings(columns), is_transposed=True)
    frame = _typed(table, range(1, len(columns)), 0)
    return TextTable(raw, dialect, names, _stripped(frame), is_transposed=True)


def is_number(cell: str) -> bool:
    """Whether a cell reads as a number, decimal or thousands comma included."""
    if re.match(_COMMA, cell) or re.match(_THOUSANDS, cell):
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _fast(
    raw: RawFile, dialect: Dialect, width: int, numeric: Collection[int], *, has_header: bool
) -> pl.DataFrame | None:
    """Read in one pass; null where the file needs the careful reading."""
    source = raw.path if is_plain(raw) else io.BytesIO(text_of(raw).encode())
    try:
        frame = pl.read_csv(
            source,
            separator=dialect.separator,
            has_header=False,
            skip_lines=dialect.line if has_header else dialect.line - 1,
            schema={f"c{i}": pl.Float64 if i in numeric else pl.String for i in range(width)},
            glob=False,
        )
    except pl.exceptions.PolarsError:
        return None
    # polars fills short rows with null: only the careful reading tells them from empty cells
    checked = [f"c{i}" for i in {*numeric, width - 1}]
    if any(frame[c].null_count() for c in checked):
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))  # blank lines
    return None if any(frame[c].null_count() for c in checked) else frame


def _rows(raw: RawFile, dialect: Dialect, *, has_header: bool) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with its line number."""
    stream = io.StringIO(text_of(raw))
    skipped = dialect.line if has_header else dialect.line - 1
    for _ in range(skipped):
        stream.readline()
    reader = csv.reader(stream, delimiter=dialect.separator)
    found, line = [], skipped + 1
    try:
        for row in reader:
            if any(row):
                found.append((line, row))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise bad_input(
            raw.name, f"line {line}", "unreadable_row", f"the row cannot be read ({error})", "Export the file again."
        ) from error
    return found


def _refuse_ragged(raw: RawFile, rows: list[tuple[int, list[str]]], width: int) -> None:
    for _, row in rows:
        if len(row) == width + 1 and row[-1] == "":
            row.pop()
    faults = [(line, row) for line, row in rows if len(row) != width]
    if faults:
        raise BadInputError(
            *(
                Problem(
                    Severity.LOCAL,
                    raw.name,
                    f"line {line}",
                    row[0][:80],
                    "ragged_row",
                    f"the row has {len(row)} columns, expected {width}{_others(len(faults))}",
                    "A cut last line means a broken copy; otherwise quote cells that contain the separator.",
                )
                for line, row in faults[:SHOWN]
            )
        )


def _strings(columns: Sequence[Sequence[str]]) -> pl.DataFrame:
    return pl.DataFrame([pl.Series(f"c{i}", cells, dtype=pl.String) for i, cells in enumerate(columns)])


def _stripped(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.string().str.strip_chars().fill_null(""))


def _typed(table: TextTable, numeric: Collection[int], id_column: int) -> pl.DataFrame:
    """Cast columns of text to numbers, decimal commas included; name the cells that are none."""
    raw, frame = table.raw, table.frame
    columns = [f"c{i}" for i in numeric]
    cells = frame.select(pl.col(columns).str.strip_chars())
    commas = pl.concat([cells[c].filter(cells[c].str.contains(_COMMA)) for c in columns]) if columns else pl.Series()
    if len(commas):
        if commas.str.contains(_THOUSANDS).all():
            raise bad_input(
                raw.name,
                "",
                "ambiguous_comma",
                f"the comma in {commas[0]} may separate thousands or decimals: every number with a comma "
                "has three digits behind it",
                "Write the numbers without thousands separators and with a decimal point.",
                str(commas[0]),
            )
        cells = cells.with_columns(
            pl.when(pl.col(c).str.contains(_COMMA)).then(pl.col(c).str.replace(",", ".")).otherwise(pl.col(c))
            for c in columns
        )
    numbers = cells.select(pl.col(columns).cast(pl.Float64, strict=False))
    faults = [
        (row, int(column[1:]))
        for column in columns
        if numbers[column].null_count()
        for row in numbers[column].is_null().arg_true().to_list()
    ]
    if faults:
        raise BadInputError(
            *(_no_number(table, row, col, id_column, len(faults)) for row, col in sorted(faults)[:SHOWN]),
            *_no_counts(table, numbers, id_column),
        )
    return frame.with_columns(numbers)


def _no_counts(table: TextTable, numbers: pl.DataFrame, id_column: int) -> list[Problem]:
    """What else is wrong with the numbers of a table that is refused: all is told at once, at most 5 of a kind."""
    found = []
    for rule, severity, is_wrong, expected in (
        ("count_not_a_number", Severity.LOCAL, ~pl.all().is_finite(), "expected a number"),
        ("negative_count", Severity.LOCAL, pl.all() < 0, "expected 0 or more"),
        ("fractional_counts", Severity.WARNING, pl.all().is_finite() & (pl.all() % 1 != 0), "expected a whole number"),
    ):
        wrong = numbers.select(is_wrong.fill_null(value=False))
        places = [(row, int(c[1:])) for c in wrong.columns for row in wrong[c].arg_true().to_list()]
        if rule == "fractional_counts" and len(places) > SHOWN:
            continue  # estimated counts or another quantity: no slips
        for row, col in sorted(places)[:SHOWN]:
            at, value, feature = (
                table.place(row, col),
                str(table.frame.item(row, col)),
                table.frame.item(row, id_column),
            )
            message = f"the count of {feature} in {table.names[col]} is {value}, {expected}{_others(len(places))}"
            found.append(Problem(severity, table.raw.name, at, value, rule, message, _CORRECT))
    return found


def _no_number(table: TextTable, row: int, column: int, id_column: int, total: int) -> Problem:
    value = str(table.frame.item(row, column))
    found = f"holds the text {value!r}" if value.strip() else "is empty"
    return Problem(
        Severity.LOCAL,
        table.raw.name,
        table.place(row, column),
        value,
        "count_not_a_number",
        f"the count of {table.frame.item(row, id_column)} in {table.names[column]} {found}, "
        f"expected a number{_others(total)}",
        _CORRECT,
    )


def _others(total: int) -> str:
    return f" (one of {total} such places)" if total > 1 else ""
