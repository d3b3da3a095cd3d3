"""Agilent BioTek Gen5 Image+ text exports: cells counted in every well of a plate."""

from __future__ import annotations

import re

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.counted_cells import ASSAYS, TABLE, count_frame, count_problems
from tasks.methods.gen5_sections import PlateExport, beside_readings, plates
from tasks.methods.headed_tables import MOST_COUNT
from tasks.methods.instrument_times import iso_times
from tasks.methods.lines import read_lines
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.plate_identity import identify_plate
from tasks.methods.signatures import GEN5, recognise
from tasks.methods.text import decode
from tasks.methods.unread_texts import line_texts

_REMEDY = "Export the plate again from Gen5 as text, with the matrix of cell counts."
_IMAGE_READ = re.compile(r"^\s*Read\t\s*Image\b", re.MULTILINE)
_PLATE_READ = re.compile(
    r"(?:Absorbance|Fluorescence|Luminescence|Alpha)\s+(?:Endpoint|Spectrum|Area Scan)", re.IGNORECASE
)
_CHANNEL = re.compile(r"Channel (\d+):\s*(\S+)")
_COUNT = re.compile(r"(?:Cell|Object) Count(?:_(\d+))?", re.IGNORECASE)


def claims(raw: RawFile, context: Context) -> bool:
    """Whether Gen5 wrote the file and it holds pictures, no plate reads."""
    if context.assay not in (None, *ASSAYS) or recognise(raw.head, raw.name) != GEN5:
        return False
    head = decode(raw.head)
    return bool(_IMAGE_READ.search(head)) and not _PLATE_READ.search(head)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read cell counts of every well into ``core.cell_counts``.

    The first count (``Cell Count``, on the first channel) is all cells; a second one (``Cell Count_2``) is the cells
    positive in the second channel, whose name is the stain. What Gen5 measured besides (areas, sizes, circularity) is
    listed as unread. Raises ``BadInputError`` for a file without counts or with counts that are no whole numbers.
    """
    lines = read_lines(raw, GEN5)
    exports = list(plates(lines, raw.name))
    rows: list[dict[str, object]] = []
    unread: dict[str, None] = {}
    channels = dict(_CHANNEL.findall(decode(raw.head)))
    for export in exports:
        name, _ = identify_plate(export.name, export.barcode, context.row, is_only=len(exports) == 1)
        rows += _plate_rows(export, name, channels, unread, raw.name, _date(lines))
    if not rows:
        found = f" (found {', '.join(list(unread)[:4])})" if unread else ""
        message = f"no cell counts were found{found}; a matrix labelled Cell Count was expected"
        raise bad_input(raw.name, "", "no_counts", message, _REMEDY)
    counts = count_frame(rows, context)
    beside = [
        *line_texts(lines[: exports[0].line - 1]),
        *(text for export in exports for text in beside_readings(export)),
    ]
    return Parsed(
        {TABLE: counts}, tuple(count_problems(counts, raw, context)), tuple(dict.fromkeys([*unread, *beside]))
    )


def _date(lines: list[list[str]]) -> str | None:
    found = {cells[0].strip(): cells[1].strip() for cells in lines[:60] if len(cells) > 1}
    return iso_times([f"{found.get('Date', '')} {found.get('Time', '')}"])[0]


def _plate_rows(
    export: PlateExport,
    plate: str,
    channels: dict[str, str],
    unread: dict[str, None],
    file: str,
    measured_on: str | None,
) -> list[dict[str, object]]:
    printed: dict[str, dict[int, tuple[int, str]]] = {}
    for reading in export.readings:
        label = _COUNT.fullmatch(reading.label.strip())
        number = int(label[1] or 1) if label else 0
        if number in (1, 2):
            wells = printed.setdefault(reading.well, {})
            if number in wells:
                place = f"line {reading.line}, well {reading.well}"
                raise bad_input(file, place, "duplicate_reading", "the well has two counts of one name", _REMEDY)
            wells[number] = (reading.line, reading.text)
        elif reading.text:
            unread[reading.label] = None
    mark = decimal_mark([text for wells in printed.values() for _, text in wells.values()], is_grouped=False)
    stain = channels.get("2", "channel 2") if any(2 in wells for wells in printed.values()) else ""  # noqa: PLR2004
    rows: list[dict[str, object]] = []
    for well, wells in printed.items():
        values = {number: _count(text, mark, line, well, file) for number, (line, text) in wells.items()}
        if all(not text for _, text in wells.values()):
            continue
        row: dict[str, object] = {"plate": plate, "field": well, "well": well, "stain": stain}
        row |= {"total_count": values.get(1), "positive_count": values.get(2), "measured_on": measured_on}
        rows.append(row | {"flag": None if values.get(1) is not None else "unreadable"})
    return rows


def _count(text: str, mark: str, line: int, well: str, file: str) -> int | None:
    """A count; null where Gen5 printed a word for a missing one."""
    value, flag = read_numbers([text], "," if mark == "," else ".").row(0)
    if flag in ("missed", "empty", "overflow"):
        return None
    if value is None or value < 0 or value > MOST_COUNT or value != int(value):
        message = f"{text!r} is no count; a whole number from 0 up was expected"
        raise bad_input(file, f"line {line}, well {well}", "not_a_count", message, _REMEDY, text)
    return int(value)


PARSER = Parser(
    name="gen5_image",
    version="1",
    product="Agilent BioTek Gen5 Image+",
    assays=ASSAYS,
    claims=claims,
    parse=parse,
)
