"""Spillover matrices that people and programs keep in files: tables, and FlowJo's .mtx."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from schemas.errors import bad_input
from tasks.contracts import RawFile
from tasks.methods.lines import read_content
from tasks.methods.safe_xml import read_xml
from tasks.methods.spillover import Spillover
from tasks.methods.text import decode, is_binary

MOST_CHANNELS = 500
_REMEDY = "Write a table with the channel names as header and one row of numbers per channel."
_EXPORT = "Export the matrix alone from FlowJo's compensation editor."


def read_matrix(raw: RawFile) -> Spillover:
    """The matrix in a file: XML as FlowJo writes it, else a table. Raises ``BadInputError`` when it is none."""
    content = read_content(raw, "a spillover matrix")
    if content.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<") and b"spilloverMatrix" in content:
        return from_mtx(content, raw.name)
    if is_binary(content):
        message = "the file is no text; a table of a spillover matrix was expected"
        raise bad_input(raw.name, "first bytes", "binary_file", message, _REMEDY, repr(content[:8]))
    return from_table(decode(content), raw.name)


def from_mtx(content: bytes, file: str) -> Spillover:
    """A matrix as FlowJo writes it to ``.mtx`` files (XML). Raises ``BadInputError`` when it is none.

    A workspace holds several of them: the first counts only if it is the only one.
    """
    root = read_xml(content, file, _EXPORT)
    matrices = [e for e in root.iter() if _local(e.tag) == "spilloverMatrix"]
    if len(matrices) != 1:
        message = f"it holds {len(matrices)} spillover matrices; exactly one was expected"
        raise bad_input(file, "", "no_matrix", message, _EXPORT)
    rows: dict[str, dict[str, float]] = {}
    for row in (e for e in matrices[0] if _local(e.tag) == "spillover"):
        values = rows.setdefault(_attribute(row, "parameter"), {})
        for cell in row:
            try:
                values[_attribute(cell, "parameter")] = float(_attribute(cell, "value"))
            except ValueError as error:
                message = f"the share of {_attribute(row, 'parameter')!r} in another channel is no number"
                raise bad_input(file, "", "no_matrix", message, _REMEDY) from error
    names = tuple(rows)
    if not names or any(set(values) - set(names) for values in rows.values()):
        message = "its rows and columns are not of the same channels"
        raise bad_input(file, "", "no_matrix", message, _REMEDY)
    matrix = tuple(tuple(rows[a].get(b, float(a == b)) for b in names) for a in names)
    return _checked(Spillover(names, matrix), file)


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]


def _attribute(element: Element, name: str) -> str:
    return next((v for k, v in element.items() if _local(k) == name), "")


def _checked(found: Spillover, file: str) -> Spillover:
    if not found.is_usable:
        raise bad_input(file, "", "singular_matrix", "the matrix cannot be inverted", "Check its numbers.")
    return found


def from_table(text: str, file: str) -> Spillover:
    """A matrix from a table: a header of channel names, then a row of numbers per channel, which may begin with a name.

    Comma, semicolon, tab or blanks separate cells; a line above the header (FlowJo's and CellQuest's) is skipped, and
    headers like ``FITC-A :: CD3`` count by their first part. Raises ``BadInputError`` when it is none.
    """
    rows = [row for row in _cells(text) if any(cell for cell in row)]
    numeric = [i for i, row in enumerate(rows) if len(row) > 1 and _numbers(row[1:]) is not None]
    if not numeric or numeric[0] == 0:
        raise bad_input(file, "", "no_matrix", "no channel names followed by rows of numbers were found", _REMEDY)
    header = [c.strip("<>") for c in rows[numeric[0] - 1]]
    header = [c for c in header if c]
    n = len(header)
    if n > MOST_CHANNELS:
        message = f"the header names {n} channels; up to {MOST_CHANNELS} were expected"
        raise bad_input(file, f"line {numeric[0]}", "no_matrix", message, _REMEDY)
    body = [rows[i] for i in numeric][:n]
    values = []
    for row in body:
        numbers = _numbers(row[-n:]) if len(row) >= n else None
        if numbers is None or len(numbers) != n:
            break
        values.append(tuple(numbers))
    if len(values) != n or len(set(header)) < n:
        message = f"the header names {n} channels, {len(values)} rows have {n} numbers"
        raise bad_input(file, "", "no_matrix", message, _REMEDY)
    found = Spillover(tuple(c.split("::")[0].strip() for c in header), tuple(values))
    if any(abs(v) > 1 + 1e-9 for row in values for v in row) and all(math.isclose(values[i][i], 100) for i in range(n)):
        found = Spillover(found.channels, tuple(tuple(v / 100 for v in row) for row in values))
    return _checked(found, file)


def _cells(text: str) -> list[list[str]]:
    lines = text.splitlines()
    mark = next((m for m in ("\t", ";", ",") if any(m in line for line in lines)), None)
    if mark is None:
        return [[c.strip('"') for c in line.split()] for line in lines]
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=mark)]


def _numbers(cells: Sequence[str]) -> list[float] | None:
    try:
        return [float(cell) for cell in cells if cell]
    except ValueError:
        return None
