"""Workbooks that would not fit into memory are refused before they are opened.

An xlsx is a zip of XML. A few kilobytes may unpack to gigabytes, and a single cell in the last
corner of a sheet makes readers reserve seventeen billion cells.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from schemas.errors import BadInputError, bad_input

MOST_BYTES = 256 << 20  # unpacked, all parts together
MOST_CELLS = 20_000_000  # rows times columns of one sheet
_CHUNK, _OVERLAP = 1 << 20, 32
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_bombs(content: bytes, file: str) -> None:
    """Do nothing for an ordinary workbook (and for what is no zip, which the reader judges).

    Raises ``BadInputError`` for an xlsx that unpacks to more than 256 MiB, spans more than twenty
    million cells in a sheet, or whose XML declares entities.
    """
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > MOST_BYTES:
                raise _refusal(file, f"unpacks to more than {MOST_BYTES >> 20} MiB")
            for part in parts:
                if part.filename.lower().endswith(".xml"):
                    _check_part(archive, part, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise bad_input(
            file,
            "",
            "damaged_workbook",
            f"the Excel workbook cannot be opened ({error}); an intact xlsx or xls file without password was expected",
            "Open it in Excel, save it again as .xlsx, or export it from the instrument again.",
        ) from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> None:
    is_sheet = "worksheets/" in part.filename.lower()
    rows = columns = unpacked = 0
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            unpacked += len(chunk)
            text = tail + chunk
            if unpacked > MOST_BYTES:
                raise _refusal(file, f"unpacks to more than {MOST_BYTES >> 20} MiB")
            if _ENTITY.search(text):
                raise _refusal(file, "declares XML entities, which no spreadsheet program writes")
            if is_sheet:
                for letters, number in _CELL.findall(text):
                    rows, columns = max(rows, int(number)), max(columns, _column(letters))
                if rows * columns > MOST_CELLS:
                    raise _refusal(file, f"has a cell in row {rows} and one in column {columns} of a sheet")
            tail = text[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refusal(file: str, what: str) -> BadInputError:
    return bad_input(
        file,
        "",
        "workbook_too_large",
        f"the workbook {what}; a table of results was expected",
        "Copy the results into a new workbook (delete stray cells far to the right or below), or export as text.",
    )
