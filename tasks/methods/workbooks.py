"""Excel workbooks (xlsx, xls) as rows of text, so that one reader serves text and workbook exports."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from schemas.errors import bad_input
from tasks.methods.workbook_limits import refuse_bombs

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Rows = list[list[str]]


def is_workbook(head: bytes) -> bool:
    """Whether the bytes begin like an xlsx (zip) or xls (OLE) file, whatever its name says."""
    return head.startswith((_ZIP, _OLE))


def cell_text(value: Any) -> str:  # noqa: ANN401  # a cell holds anything
    """Text of a cell: whole numbers without ``.0``, others as Python prints them, dates in ISO form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None else str(value)


def read_sheets(
    content: bytes, file: str, wanted: Callable[[str], bool] = lambda _: True, most_rows: int | None = None
) -> dict[str, Rows]:
    """Rows of every sheet that is ``wanted``, by sheet name; row ``i`` of the list is row ``i + 1`` in Excel.

    Raises ``BadInputError`` for a damaged, empty or password-protected workbook, and for one
    whose cells would not fit into memory.
    """
    with _explained(file):
        refuse_bombs(content, file)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {
            name: [
                [cell_text(c) for c in row]
                for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=most_rows)
            ]
            for name in workbook.sheet_names
            if wanted(name)
        }


def sheet_names(content: bytes, file: str) -> list[str]:
    """Give the names of all sheets, in order. Raises ``BadInputError`` like ``read_sheets``."""
    with _explained(file):
        refuse_bombs(content, file)
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names


@contextmanager
def _explained(file: str) -> Iterator[None]:
    try:
        yield
    except (CalamineError, OSError, ValueError) as error:
        raise bad_input(
            file,
            "",
            "damaged_workbook",
            f"the Excel workbook cannot be opened ({error}); an intact xlsx or xls file without password was expected",
            "Open it in Excel, save it again as .xlsx, or export it from the instrument again.",
        ) from error
