"""Tables of gated populations that FACSDiva and FlowJo export as text or Excel."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.imported_populations import Counted, Tube, imported_frames
from tasks.methods.lines import read_content, read_lines, split_lines
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.population_tables import COUNT, OF_PARENT, OF_TOTAL, Cell, Found, find_cells, has_population_titles
from tasks.methods.text import decode, is_binary
from tasks.methods.workbooks import is_workbook, read_sheets
from tasks.methods.xml_numbers import MOST_COUNT

ASSAY, PRODUCT = "flow_cytometry", "FACSDiva or FlowJo (table of populations)"
_REMEDY = "Export the statistics again, with a column per tube or sample and %Parent or Freq. of Parent."
_HEAD_LINES, _MOST_ROWS, _MOST_CELLS = 60, 100_000, 2_000_000
_NONE = {"", "####", "#####", "****", "n/a", "na", "nan", "-", "--", "…"}
_WORDS = (b"parent", b"freq", b"total", b"events", b"#cells")  # one of them is in every title that counts
_HUNDRED = 100 + 1e-6


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a text has titles such as ``%Parent`` or ``Freq. of Parent``; a workbook counts when it is declared."""
    if context.assay not in (None, ASSAY):
        return False
    if is_workbook(raw.head):
        return context.assay == ASSAY
    if is_binary(raw.head) or raw.head.lstrip().startswith((b"<", b"FCS")):
        return False
    letters = raw.head.replace(b"\0", b"").lower()
    if not any(word in letters for word in _WORDS):
        return False
    return has_population_titles(split_lines(decode(raw.head))[:_HEAD_LINES])


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the populations of all tubes into ``core.flow_populations``, fluorescence into ``core.flow_intensities``.

    A table that gives no hierarchy leaves ``parent`` null. Raises ``BadInputError`` for tables of other kinds, counts
    that are no whole numbers and percentages that are none.
    """
    found = _found(raw)
    if len(found.cells) > _MOST_CELLS:
        message = f"it has {len(found.cells):,} numbers; up to {_MOST_CELLS:,} were expected"
        raise bad_input(raw.name, "", "too_large", message, _REMEDY)
    tubes: dict[tuple[str, ...], Tube] = {}
    populations: dict[tuple[tuple[str, ...], tuple[str, ...]], Counted] = {}
    for cell, value in zip(found.cells, _values(raw, found.cells), strict=True):
        tube = tubes.setdefault(cell.tube, Tube(cell.tube))
        key = (cell.tube, cell.path)
        if key not in populations:
            populations[key] = Counted(cell.path, f"row {cell.row + 1}", is_flat=cell.is_flat)
            tube.populations.append(populations[key])
        _take(populations[key], cell, value, raw.name)
    for tube in tubes.values():
        tube.populations.sort(key=lambda p: len(p.path))
    program = "flowjo table" if not any(c.is_flat for c in found.cells) and _is_flowjo(raw) else "facsdiva table"
    frames, problems = imported_frames([*tubes.values()], program, raw, context)
    return Parsed(frames, tuple(problems), tuple(found.unread))


def _is_flowjo(raw: RawFile) -> bool:
    return is_workbook(raw.head) or b"Freq" in raw.head.replace(b"\0", b"") or b"Depth" in raw.head.replace(b"\0", b"")


def _found(raw: RawFile) -> Found:
    if is_workbook(raw.head):
        sheets = read_sheets(read_content(raw, PRODUCT), raw.name, most_rows=_MOST_ROWS)
        tables = [find_cells(rows) for rows in sheets.values()]
    else:
        tables = [find_cells(read_lines(raw, PRODUCT))]
    whole = [t for t in tables if t is not None and t.cells]
    if not whole:
        message = "no titles such as %Parent, #Events or Freq. of Parent with rows of tubes below them were found"
        raise bad_input(raw.name, "", "no_populations", message, _REMEDY)
    if len(whole) > 1:
        message = f"{len(whole)} sheets hold populations; one was expected"
        raise bad_input(raw.name, "", "several_tables", message, "Save each sheet as a file of its own.")
    return whole[0]


def _values(raw: RawFile, cells: Sequence[Cell]) -> list[float | None]:
    """Numbers of all cells, percent signs left off. Raises ``BadInputError`` for a text that is none."""
    texts = [c.text.rstrip("% ").strip() for c in cells]
    texts = ["" if t.casefold() in _NONE else t for t in texts]
    read = read_numbers(texts, decimal_mark(texts))
    for cell, text, value in zip(cells, texts, read["value"], strict=True):
        if text and value is None:
            place = f"row {cell.row + 1}, column {cell.column + 1}"
            message = (
                f"{cell.text!r} is no number; the {cell.what} of {'/'.join(cell.path) or 'all events'} was expected"
            )
            raise bad_input(raw.name, place, "not_a_number", message, _REMEDY, cell.text)
    return read["value"].to_list()


def _take(item: Counted, cell: Cell, value: float | None, file: str) -> None:
    place = f"row {cell.row + 1}, column {cell.column + 1}"
    if cell.what == COUNT:
        if value is not None and (value != int(value) or not 0 <= value <= MOST_COUNT):
            message = f"{cell.text!r} is no number of events; a whole number from 0 up was expected"
            raise bad_input(file, place, "not_a_count", message, _REMEDY, cell.text)
        item.event_count = None if value is None else int(value)
    elif cell.what in {OF_PARENT, OF_TOTAL}:
        if value is not None and not 0 <= value <= _HUNDRED:
            message = f"{cell.text!r} is no percentage; 0 to 100 was expected"
            raise bad_input(file, place, "not_a_percentage", message, _REMEDY, cell.text)
        share = None if value is None else min(value, 100.0)
        if cell.what == OF_PARENT:
            item.percent_of_parent = share
        else:
            item.percent_of_total = share
    else:
        item.intensities.append((cell.channel, cell.what, value))


PARSER = Parser(
    name="flow_statistics",
    version="1",
    product=PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    is_generic=True,
)
