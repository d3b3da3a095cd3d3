"""Tecan i-control exports, workbooks and text: printed plates and kinetic tables, each below its settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.grids import columns_of, grid_rows, well_at, well_name
from tasks.methods.pages import Page, read_pages
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, mode_of, plate_wells
from tasks.methods.signatures import MAGELLAN, peek, recognise_file
from tasks.methods.text import decode

_PRODUCT = "Tecan i-control"
_REMEDY = "Export the measurement again from i-control to Excel, with the readings as a matrix or a list of wells."
_NAME = re.compile(r"tecan i-control", re.IGNORECASE)
_WAVELENGTHS = ("emission wavelength", "measurement wavelength", "wavelength", "read wavelength")
_NM = re.compile(r"(\d{3,4})(?:[.,]\d+)?(?: ?nm)?", re.IGNORECASE)
_LABEL = re.compile(r"(?:Label: ?)?(Label ?\d+\b.*|[^:]+)")
_CYCLES, _TIMES, _MEANS = "cycle nr.", "time [s]", ("well", "mean")
_MODE = "mode"
Settings = dict[str, str]


def claims(raw: RawFile, context: Context) -> bool:
    """Whether i-control wrote the file; Magellan and SparkControl write other tables."""
    if context.assay not in (None, ASSAY) or recognise_file(raw) != MAGELLAN:
        return False
    text = peek(raw) or decode(raw.head)
    return _NAME.search(text) is not None and "well positions" not in text.lower()


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every plate and kinetic table of every sheet into ``core.plate_wells``.

    The lines above a table say mode and wavelength; several measurements are told apart by their label. Of wells read
    at several places the mean is kept. ``OVER`` is an overflow. Kinetic times count from ``time_h`` of files.csv.
    Raises ``BadInputError`` for a file without readings, or with a table whose mode nothing tells.
    """
    readings: list[WellText] = []
    unread: dict[str, None] = {}
    pages = read_pages(raw, _PRODUCT)
    for page in pages:
        found = list(_page_readings(page, context, unread, raw.name, is_only=len(pages) == 1))
        if not found and page.name:
            unread[f"sheet {page.name}"] = None
        readings += found
    if not readings:
        message = "no plate (<>, 1, 2, …), kinetic table (Cycle Nr.) or list of wells (Well, Mean) was found"
        raise bad_input(raw.name, pages[0].place(1) if pages else "", "no_readings", message, _REMEDY)
    return plate_wells(readings, raw, context, remedy=_REMEDY, unread=unread)


def _page_readings(
    page: Page, context: Context, unread: dict[str, None], file: str, *, is_only: bool
) -> Iterator[WellText]:
    """Readings of one sheet; without a plate's own name the sheet's is the plate where there are several."""
    name = "Plate 1" if is_only or not page.name else page.name
    plate, is_explicit = identify_plate(name, "", context.row, is_only=is_only)
    start_h = context.row.time_h if context.row else None
    labels: dict[str, Settings] = {}
    label, lines, index = "", page.rows, 0
    while index < len(lines):
        cells = [c.strip() for c in lines[index]]
        filled = [c for c in cells if c]
        first = cells[0] if cells else ""
        columns = columns_of(cells) if first == "<>" else 0
        found: list[tuple[str, float | None, str, int]] = []
        end = index + 1
        if columns:
            rows = grid_rows(lines, index, columns, has_continuations=False)
            found = [(well_at(r.row, c), start_h, text, r.line) for r in rows for c, text in enumerate(r.cells)]
            end = index + 1 + len(rows)
        elif first.lower() == _CYCLES:
            end = next((i for i in range(index, len(lines)) if not any(c.strip() for c in lines[i])), len(lines))
            found = list(_kinetic(lines, index, end, start_h))
        elif [c.lower() for c in cells[:2]] == list(_MEANS):
            end = next((i for i in range(index + 1, len(lines)) if not well_name("".join(lines[i][:1]))), len(lines))
            wells = ((i, well_name(lines[i][0]), lines[i]) for i in range(index + 1, end))
            found = [(w, start_h, c[1] if len(c) > 1 else "", i + 1) for i, w, c in wells if w]
            unread.update(dict.fromkeys(c for c in cells[2:] if c))
        elif len(filled) == 1 and (filled[0] in labels or filled[0].lower().startswith("label")):
            match = _LABEL.fullmatch(filled[0])
            label = match[1].strip() if match else filled[0]
        elif len(filled) > 1:
            if first.lower() == _MODE and _MODE in labels.get(label, {}):
                label = f"measurement {len(labels) + 1}"
            labels.setdefault(label, {}).setdefault(first.rstrip(":").lower(), filled[1])
            unread[f"{first.rstrip(':')}: {' '.join(filled[1:])}"[:120]] = None
        if found:
            settings = labels.get(label) or next(iter(labels.values()), {})
            mode = mode_of(settings.get(_MODE, ""))
            if mode is None:
                message = "nothing above this table says what was measured; a line Mode was expected"
                raise bad_input(file, page.place(index + 1), "unknown_read", message, _REMEDY)
            for well, time_h, text, line in found:
                yield WellText(
                    *(plate, is_explicit, well, time_h, mode[0], label or mode[0], _wavelength(settings)),
                    *(None, None, text, mode[1], page.place(line)),
                )
        index = end


def _kinetic(
    lines: Sequence[Sequence[str]], start: int, end: int, start_h: float | None
) -> Iterator[tuple[str, float | None, str, int]]:
    """Readings of a table whose rows are wells and whose columns cycles, or the other way round."""
    header = [c.strip() for c in lines[start]]
    if any(well_name(c) for c in header):
        times = next((i for i, c in enumerate(header) if c.lower() == _TIMES), None)
        for number in range(start + 1, end):
            cells = lines[number]
            time = _hours(cells[times] if times is not None and times < len(cells) else "", start_h)
            for column, title in enumerate(header[: len(cells)]):
                if well := well_name(title):
                    yield well, time, cells[column].strip(), number + 1
        return
    clock = next((lines[i] for i in range(start, end) if lines[i][0].strip().lower() == _TIMES), ())
    for number in range(start + 1, end):
        cells = lines[number]
        if well := well_name(cells[0]):
            for column in range(1, len(cells)):
                yield well, _hours(clock[column] if column < len(clock) else "", start_h), cells[column], number + 1


def _hours(text: str, start_h: float | None) -> float:
    number = re.fullmatch(r"\d{1,9}(?:[.,]\d{1,9})?", text.strip())
    return float(text.replace(",", ".")) / 3600 + (start_h or 0) if number else float("nan")


def _wavelength(settings: Settings) -> float | None:
    text = next((settings[key] for key in _WAVELENGTHS if key in settings), "")
    match = _NM.fullmatch(text)
    return float(match[1]) if match else None


PARSER = Parser(
    name="icontrol",
    version="1",
    product=_PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
