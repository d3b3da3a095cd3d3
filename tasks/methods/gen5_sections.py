"""The sections of a Gen5 text export: plates, what each read measured, and the readings as printed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from schemas.errors import bad_input
from tasks.methods.grids import GridRow, columns_of, grid_rows, well_at, well_name
from tasks.methods.unread_texts import line_text

_MODE = re.compile(
    r"(Absorbance|Time[- ]Resolved Fluorescence|Fluorescence|Luminescence|Alpha|Image)"
    r"\s+(Endpoint|Spectrum|Area Scan|Montage)",
    re.IGNORECASE,
)
_EXCITATION = re.compile(r"Excitation:\s*([\d/]+).*Emission:\s*([\d/]+)", re.IGNORECASE)
_EMISSION = re.compile(r"Emission:\s*([\d/]+|[A-Za-z][A-Za-z ]*)", re.IGNORECASE)
_BARCODE = re.compile(r"(?:plate )?(?:barcode|bar code|plate id)(?: id)?:?", re.IGNORECASE)
_TITLES = ("Results", "Layout", "Procedure Details")
_TABLES = {"time": "kinetic", "wavelength": "spectrum", "x read #": "area scan"}
_REMEDY = "Export the plate again from Gen5 as text, with the results matrix of every read."


@dataclass
class Read:
    """One read step of the procedure: its step label (may be empty), mode and channels; spectra have no channels."""

    label: str
    mode: str = ""
    channels: list[str] = field(default_factory=list)  # "450", "485/20,528/20", "Lum"
    is_spectrum: bool = False


@dataclass(frozen=True)
class Printed:
    """One reading as printed; ``x`` is the time or wavelength of a kinetic or spectrum table."""

    label: str
    kind: str  # "endpoint", "kinetic", "spectrum", "area scan"
    well: str
    x: str
    text: str
    line: int


@dataclass
class PlateExport:
    """One plate of a file."""

    name: str
    line: int
    barcode: str = ""
    reads: list[Read] = field(default_factory=list)
    layout: dict[str, dict[str, str]] = field(default_factory=dict)  # "Well ID" | "Name" | … -> well -> text
    readings: list[Printed] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # settings and fits beside the readings


def plates(lines: Sequence[Sequence[str]], file: str) -> Iterator[PlateExport]:
    """Give every plate of the export in order; ``lines`` are the file's lines, split into cells.

    Raises ``BadInputError`` when there is no plate, or a table breaks off.
    """
    starts = [i for i, cells in enumerate(lines) if cells and cells[0].strip().lower().rstrip(":") == "plate number"]
    if not starts:
        raise bad_input(
            file, "line 1", "no_plate", 'no line "Plate Number" was found, which a Gen5 export has per plate', _REMEDY
        )
    for start, end in itertools.pairwise([*starts, len(lines)]):
        yield _plate(lines, start, end, file)


def beside_readings(export: PlateExport) -> list[str]:
    """What the plate's part of the file says besides: settings, fits, what the layout names but samples."""
    return [*export.unread, *(f"Layout: {name}" for name in export.layout if name not in ("Well ID", "Name"))]


def _plate(lines: Sequence[Sequence[str]], start: int, end: int, file: str) -> PlateExport:
    cells = lines[start]
    found = PlateExport((cells[1].strip() if len(cells) > 1 else "") or "Plate 1", start + 1)
    title, in_procedure, index = "", False, start + 1
    part = lines[:end]
    while index < end:
        cells = part[index]
        first = cells[0].strip() if cells else ""
        columns = columns_of(cells)
        if columns:
            rows = grid_rows(part, index, columns)
            _grid(found, title, rows, columns, file)
            in_procedure, index = False, index + len(rows)
        elif first.lower() in _TABLES and any(map(well_name, cells[1:])):
            index = _table(found, title, part, index, file)
            in_procedure = False
        elif first == "Procedure Details":
            in_procedure = True
        elif first == "Layout":
            in_procedure = False
        elif in_procedure:
            if not _procedure(found, cells):
                found.unread.append(line_text(cells))
        elif _BARCODE.fullmatch(first) and len(cells) > 1 and not found.readings:
            found.barcode = cells[1].strip()
        elif first not in _TITLES:
            found.unread.append(line_text(cells))
        if first or any(c.strip() for c in cells):
            title = first
        index += 1
    titles = {printed.label for printed in found.readings}
    found.unread = [text for text in dict.fromkeys(found.unread) if text and text not in titles]
    return found


def _procedure(plate: PlateExport, cells: Sequence[str]) -> bool:
    """Take what one line of the procedure says about a read; give whether it says anything."""
    detail = next((c.strip() for c in cells[1:] if c.strip()), "")
    if cells[0].strip() == "Read":
        mode = _MODE.match(detail)
        plate.reads.append(Read("" if mode else detail))
        if mode:
            _set_mode(plate.reads[-1], mode)
        return True
    if plate.reads and detail:
        read = plate.reads[-1]
        if not read.mode and (mode := _MODE.match(detail)):
            _set_mode(read, mode)
            return True
        if read.is_spectrum and (_EXCITATION.search(detail) or _EMISSION.search(detail)):
            return False  # the side that stands still while the other is scanned
        if detail.lower().startswith("wavelengths:"):
            read.channels += [w.strip() for w in detail.split(":", 1)[1].split(",") if w.strip()]
            return True
        if pair := _EXCITATION.search(detail):
            read.channels.append(f"{pair[1]},{pair[2]}")
            return True
        if emission := _EMISSION.search(detail):
            read.channels.append(emission[1] if emission[1][0].isdigit() else "Lum")
            return True
    return False


def _set_mode(read: Read, mode: re.Match[str]) -> None:
    read.mode, read.is_spectrum = mode[1].lower(), mode[2].lower() == "spectrum"


def _grid(plate: PlateExport, title: str, rows: list[GridRow], columns: int, file: str) -> None:
    """Take a printed plate: the layout, or readings with a label at the end of each row."""
    if title == "Layout":
        for row in rows:
            texts = plate.layout.setdefault(row.label, {})
            texts.update({well_at(row.row, c): t for c, t in enumerate(row.cells) if t})
        return
    has_labels = any(row.label for row in rows)
    for row in rows:
        is_short = len(row.cells) < columns or (has_labels and not row.label)
        if is_short and any(row.cells):
            raise bad_input(
                file,
                f"line {row.line}, row {well_at(row.row, 0)[:-2]}",
                "cut_off",
                f"the row has {len(row.cells)} of {columns} readings" + ("" if row.label else " and no label"),
                f"The file is cut off or was edited. {_REMEDY}",
            )
        plate.readings += [
            Printed(row.label or title, "endpoint", well_at(row.row, column), "", text, row.line)
            for column, text in enumerate(row.cells)
        ]


def _table(plate: PlateExport, title: str, lines: Sequence[Sequence[str]], start: int, file: str) -> int:
    """Take a kinetic, spectrum or area-scan table (wells as columns); return the index of its last line."""
    header = lines[start]
    kind = _TABLES[header[0].strip().lower()]
    wells = [(column, well) for column, well in enumerate(map(well_name, header)) if well]
    plate.unread += [name.strip() for name in header[1:] if name.strip() and not well_name(name)]  # temperatures
    index, widest = start, 0
    while index + 1 < len(lines) and any(c.strip() for c in lines[index + 1]):
        index += 1
        cells = lines[index]
        widest = max(widest, len(cells))
        is_last = not any(c.strip() for line in lines[index + 1 :] for c in line)
        if is_last and 1 < len(cells) < min(widest, wells[-1][0] + 1):
            raise bad_input(
                file,
                f"line {index + 1}",
                "cut_off",
                f"the file ends in the middle of the table {title!r}: {len(cells)} of {widest} cells",
                f"The file is cut off. {_REMEDY}",
            )
        plate.readings += [
            Printed(
                title, kind, well, cells[0].strip(), cells[column].strip() if column < len(cells) else "", index + 1
            )
            for column, well in wells
        ]
    return index
