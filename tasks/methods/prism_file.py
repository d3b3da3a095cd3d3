"""GraphPad Prism's XML format, .pzfx: tables of numbers with replicates as subcolumns.

The format is that of Prism 5 and later (``PrismXMLVersion`` 5.00), which Prism 10 still opens. Kinds of table:
``OneWay`` (column: a group per column, rows are replicates), ``XY`` (X once, a group per column, replicates in
subcolumns) and ``TwoWay`` (grouped: row titles are one factor, columns the other, replicates in subcolumns). Values
that are struck out in Prism are there with ``Excluded="1"``: seen, but left out of every analysis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

PROGRAM = ("GraphPad Prism", "6.0f.254")  # Prism opens what says that Prism wrote it
_WIDTH, _DECIMALS = "89", "4"


@dataclass(frozen=True)
class Value:
    """One number of a table; null where nothing was measured."""

    number: float | None
    is_excluded: bool = False


EMPTY = Value(None)


@dataclass(frozen=True)
class PrismTable:
    """One data table. ``columns``: title and subcolumns, each with a value per row, as many in every column."""

    title: str
    kind: Literal["OneWay", "XY", "TwoWay"]
    columns: Sequence[tuple[str, Sequence[Sequence[Value]]]]
    row_titles: Sequence[str] = ()
    x: tuple[str, Sequence[float]] | None = None


def pzfx(tables: Sequence[PrismTable], notes: Sequence[tuple[str, str]], made_at: datetime) -> bytes:
    """The bytes of a file with these tables and a sheet of notes; the same arguments give the same bytes.

    Characters that XML cannot hold are left out.
    """
    root = Element("GraphPadPrismFile", PrismXMLVersion="5.00")
    program, release = PROGRAM
    made = SubElement(root, "Created")
    version = {"CreatedByProgram": program, "CreatedByVersion": release, "Login": "", "DateTime": made_at.isoformat()}
    SubElement(made, "OriginalVersion", version)
    _sequence(root, "InfoSequence", ["Info0"])
    info = SubElement(root, "Info", ID="Info0")
    SubElement(info, "Title").text = "About these numbers"
    SubElement(info, "Notes")
    for name, value in notes:
        constant = SubElement(info, "Constant")
        SubElement(constant, "Name").text = _plain(name)
        SubElement(constant, "Value").text = _plain(value)
    _sequence(root, "TableSequence", [f"Table{number}" for number in range(len(tables))])
    root.extend(_table(table, number) for number, table in enumerate(tables))
    indent(root)
    text: str = tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _sequence(root: Element, name: str, ids: Iterable[str]) -> None:
    sequence = SubElement(root, name)
    for number, reference in enumerate(ids):
        SubElement(sequence, "Ref", {"ID": reference, **({"Selected": "1"} if number == 0 else {})})


def _table(table: PrismTable, number: int) -> Element:
    replicates = len(table.columns[0][1])
    found = Element(
        "Table",
        ID=f"Table{number}",
        XFormat="numbers" if table.x else "none",
        YFormat="replicates",
        Replicates=str(replicates),
        TableType=table.kind,
        EVFormat="AsteriskAfterNumber",
    )
    SubElement(found, "Title").text = _plain(table.title)
    if table.row_titles:
        titles = SubElement(SubElement(found, "RowTitlesColumn", Width=_WIDTH), "Subcolumn")
        for title in table.row_titles:
            SubElement(titles, "d").text = _plain(title)
    if table.x:
        name, numbers = table.x
        _column(found, "XColumn", name, [[Value(x) for x in numbers]])
    for name, subcolumns in table.columns:
        _column(found, "YColumn", name, subcolumns)
    return found


def _column(table: Element, tag: str, title: str, subcolumns: Sequence[Sequence[Value]]) -> None:
    width = str(int(_WIDTH) * len(subcolumns))
    column = SubElement(table, tag, Width=width, Decimals=_DECIMALS, Subcolumns=str(len(subcolumns)))
    SubElement(column, "Title").text = _plain(title)
    for values in subcolumns:
        subcolumn = SubElement(column, "Subcolumn")
        for value in values:
            cell = SubElement(subcolumn, "d", {"Excluded": "1"} if value.is_excluded else {})
            cell.text = None if value.number is None else repr(value.number)


def _plain(text: str) -> str:
    """Text without the characters that XML 1.0 forbids."""
    return "".join(c for c in text if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")
