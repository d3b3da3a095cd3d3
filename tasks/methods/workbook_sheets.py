"""Frames as sheets of an Excel workbook in which every value stays what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl

MOST_ROWS = 1_048_575  # of a sheet, below the header
MOST_CHARACTERS = 32_767  # of a cell
SHEET_NAME = 31
TEXT = 49  # number of the built-in format "@"
NARROWEST, WIDEST, MEASURED_ROWS = 8, 60, 500
EXACT = 2**53  # Excel's only number is a double
SMALLEST = 2.2250738585072014e-308  # Excel reads smaller numbers as 0


class Workbook:
    """An xlsx that is written row by row, in little memory; the same frames give the same bytes.

    Text is written as text and formatted as text, so that neither opening nor editing a cell makes a formula
    of ``=1+1`` or a date of SEPT2. Numbers that Excel cannot hold (NaN, infinities, integers beyond 2^53, numbers
    nearer to zero than 2.2e-308) are written as text; null is an empty cell; times are UTC.
    """

    def __init__(self, path: Path, title: str, created: datetime) -> None:
        """Start a workbook that says it is as old as ``created``; leaving it raises ``OSError`` on a full disk."""
        import xlsxwriter  # noqa: PLC0415 (only who exports needs it)

        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),  # rows wait on the disk that the workbook needs anyway
                "strings_to_formulas": False,
                "strings_to_urls": False,
            },
        )
        self._book.set_properties({"title": title, "created": created.astimezone(UTC).replace(tzinfo=None)})
        self._header = self._book.add_format({"bold": True, "bottom": 1, "num_format": TEXT})
        self._text = self._book.add_format({"num_format": TEXT})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 (only who exports needs it)

        try:
            self._book.close()
        except FileCreateError as failure:  # the library wraps a full disk, which callers know as OSError
            cause = failure.args[0] if failure.args else None
            raise cause if isinstance(cause, OSError) else OSError(str(failure)) from failure

    def reserve(self, *names: str) -> None:
        """Put sheets first that are filled last."""
        for name in names:
            self._sheets[name] = self._book.add_worksheet(name)

    def add(self, name: str, frame: pl.DataFrame, units: Mapping[str, str] | None = None) -> None:
        """Fill a sheet with the first ``MOST_ROWS`` rows of a frame below a header that stays in sight.

        ``units`` of columns stand in a comment at the header.
        """
        if name not in self._sheets:
            self.reserve(name[:SHEET_NAME])
        sheet = self._sheets[name[:SHEET_NAME]]
        for number, column in enumerate(frame.columns):
            sheet.set_column(number, number, _width(frame[column]))
            sheet.write_string(0, number, column, self._header)
            if units and column in units:
                sheet.write_comment(0, number, f"in {units[column]}")
        sheet.freeze_panes(1, 0)
        shown = frame.head(MOST_ROWS)
        if shown.height:
            sheet.autofilter(0, 0, shown.height, shown.width - 1)
        for row, values in enumerate(shown.iter_rows(), start=1):
            for number, value in enumerate(values):
                self._write(sheet, row, number, value)

    def _write(self, sheet: Any, row: int, column: int, value: object) -> None:  # noqa: ANN401 (XlsxWriter has no types)
        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(row, column, value)
            case int() | float() if _is_exact(value):
                sheet.write_number(row, column, value)
            case datetime():
                sheet.write_datetime(row, column, value.replace(tzinfo=None), self._time)
            case _:
                sheet.write_string(row, column, str(value)[:MOST_CHARACTERS], self._text)


def _is_exact(value: float) -> bool:
    if isinstance(value, int):
        return abs(value) <= EXACT
    return math.isfinite(value) and (value == 0 or abs(value) >= SMALLEST)


def _width(column: pl.Series) -> int:
    """Width in characters in which the first rows and the header can be read."""
    longest = column.head(MEASURED_ROWS).cast(pl.String).str.len_chars().max()
    wanted = max(len(column.name), longest if isinstance(longest, int) else 0) + 2
    if column.dtype.is_float():
        wanted = max(len(column.name) + 2, 12)
    return min(max(wanted, NARROWEST), WIDEST)
