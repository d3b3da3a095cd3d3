"""Lines of a text export, split into cells."""

from __future__ import annotations

import csv

from schemas.errors import bad_input
from tasks.contracts import RawFile
from tasks.methods.text import decode, is_binary


def read_content(raw: RawFile, product: str) -> bytes:
    """All bytes of a file. Raises ``BadInputError`` when they cannot be unpacked or there are none."""
    remedy = "Copy the file from the instrument's computer again, or export it again."
    try:
        content = raw.content
    except (OSError, EOFError, ValueError) as error:
        raise bad_input(raw.name, "", "damaged_gzip", f"the file cannot be unpacked ({error})", remedy) from error
    if not content.strip(b"\0\r\n\t "):
        raise bad_input(raw.name, "", "empty_file", f"the file is empty; an export of {product} was expected", remedy)
    return content


def read_lines(raw: RawFile, product: str) -> list[list[str]]:
    """Every line as its cells: split at tabs, or at commas or semicolons where the file has no tab.

    Cells may be quoted; a line with a lone quotation mark is split as it stands. Line ``i``
    of the list is line ``i + 1`` of the file. Raises ``BadInputError`` for an empty or binary file.
    """
    content = read_content(raw, product)
    if is_binary(content):
        raise bad_input(
            raw.name,
            "first bytes",
            "binary_file",
            f"the file is no text; a text export of {product} was expected",
            "Export the run again as text (txt or csv).",
            repr(content[:8]),
        )
    return split_lines(decode(content))


def split_lines(text: str) -> list[list[str]]:
    """Cells of every line of a text, as ``read_lines`` splits them."""
    delimiter = "\t" if "\t" in text else _listed(text)
    return [_cells(line, delimiter) for line in text.split("\n")]


def _listed(text: str) -> str:
    """Semicolon where most lines have one (commas are then decimals) or more lines than have a comma, else comma."""
    lines = [line for line in text.split("\n") if line.strip()]
    semicolons, commas = (sum(sign in line for line in lines) for sign in ";,")
    return ";" if 2 * semicolons > len(lines) or semicolons > commas else ","


def _cells(line: str, delimiter: str) -> list[str]:
    if '"' not in line or line.count('"') % 2:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [""])
    except csv.Error:  # a cell longer than the reader allows
        return line.split(delimiter)
