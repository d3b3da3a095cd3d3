"""Agilent BioTek Gen5 text exports: endpoint, kinetic and spectrum reads of one or several plates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.errors import BadInputError, Problem, Severity, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.gen5_labels import Reading, reading_of
from tasks.methods.gen5_sections import PlateExport, Printed, beside_readings, plates
from tasks.methods.lines import read_lines
from tasks.methods.numbers import elapsed_h, read_numbers
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, plate_wells
from tasks.methods.signatures import GEN5, recognise
from tasks.methods.text import decode
from tasks.methods.unread_texts import line_texts

_READS = re.compile(r"(?:Absorbance|Fluorescence|Luminescence|Alpha)\s+(?:Endpoint|Spectrum|Area Scan)", re.IGNORECASE)
_REMEDY = "Export the plate again from Gen5 as text, with the results matrix of every read."
_ROLES = {"BLK": "blank", "SPL": "sample"}


def claims(raw: RawFile, context: Context) -> bool:
    """Whether Gen5 wrote the file and it holds plate reads; imaging exports are another product's."""
    if context.assay not in (None, ASSAY) or recognise(raw.head, raw.name) != GEN5:
        return False
    head = decode(raw.head)
    return bool(_READS.search(head)) or not re.search(r"^\s*Read\t\s*Image\b", head, re.MULTILINE)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every plate of the file into ``core.plate_wells``.

    Raw reads become rows; what Gen5 computed from them (blanked values, concentrations,
    Max V) and the settings are listed as unread. ``OVRFLW`` and ``MISSED`` keep their row with a null value
    and a flag. Kinetic times count from ``time_h`` of files.csv. Wells get sample and role
    from the study's layout, else from the export's own, and the plate is checked.
    Raises ``BadInputError`` for a file without readings, cut off, or with text for numbers.
    """
    lines = read_lines(raw, GEN5)
    exports = list(plates(lines, raw.name))
    readings: list[WellText] = []
    unread: dict[str, None] = {}
    for export in exports:
        readings += _plate_readings(export, context, unread, is_only=len(exports) == 1)
    beside = [
        *line_texts(lines[: exports[0].line - 1]),
        *(text for export in exports for text in beside_readings(export)),
    ]
    if not any(reading.text for reading in readings):
        raise _no_readings(exports, unread, raw.name)
    problems = _unnamed_wavelengths(exports, unread, raw.name)
    return plate_wells(readings, raw, context, remedy=_REMEDY, unread=[*unread, *beside], problems=problems)


def _plate_readings(export: PlateExport, context: Context, unread: dict[str, None], *, is_only: bool) -> list[WellText]:
    """Raw readings of one plate."""
    plate, is_explicit = identify_plate(export.name, export.barcode, context.row, is_only=is_only)
    start_h = context.row.time_h if context.row else None
    names, roles = _own_layout(export)
    known: dict[tuple[str, str], Reading | None] = {}
    readings: list[WellText] = []
    for printed in export.readings:
        key = (printed.label, printed.kind)
        if key not in known:
            known[key] = reading_of(printed.label, printed.kind, export.reads)
        reading = known[key]
        if reading is None or printed.kind == "area scan":
            if printed.text:
                unread[f"{printed.label} ({printed.kind})" if printed.kind == "area scan" else printed.label] = None
            continue
        time_h, wavelength = _axis(printed, reading, start_h)
        readings.append(
            WellText(
                *(plate, is_explicit, printed.well, time_h, reading.mode, printed.label, wavelength),
                *(names.get(printed.well), roles.get(printed.well), printed.text, reading.unit),
                f"line {printed.line}",
            )
        )
    return readings


def _axis(printed: Printed, reading: Reading, start_h: float | None) -> tuple[float | None, float | None]:
    """Time and wavelength of a reading; a NaN marks an unreadable one."""
    if printed.kind == "kinetic":
        elapsed = elapsed_h(printed.x)
        return (float("nan") if elapsed is None else elapsed + (start_h or 0)), reading.wavelength_nm
    if printed.kind == "spectrum":
        value = read_numbers([printed.x])["value"][0]
        return start_h, float("nan") if value is None or value <= 0 else value
    return start_h, reading.wavelength_nm


def _own_layout(export: PlateExport) -> tuple[dict[str, str], dict[str, str]]:
    """Sample names and roles of the export's own layout section; blanks have no sample."""
    ids = export.layout.get("Well ID", {})
    roles = {w: next((r for prefix, r in _ROLES.items() if i.startswith(prefix)), "control") for w, i in ids.items()}
    names = {**ids, **export.layout.get("Name", {})}
    return {w: n for w, n in names.items() if roles.get(w) != "blank"}, roles


def _no_readings(exports: Sequence[PlateExport], unread: dict[str, None], file: str) -> BadInputError:
    """Explain a file without a single raw reading."""
    place = f"line {exports[0].line}, {exports[0].name}"
    reads = ", ".join(f"{r.label or r.mode} {' / '.join(r.channels)}".strip() for e in exports for r in e.reads)
    if any("area scan" in label for label in unread):
        what = "the file holds an area scan, which has no single reading per well"
    elif unread:
        what = f"the file holds only computed values ({', '.join(list(unread)[:4])})"
    else:
        what = "no results were found"
    expected = f"the readings of {reads}" if reads else 'a table of readings under "Results"'
    return bad_input(file, place, "no_readings", f"{what}; {expected} was expected", _REMEDY)


def _unnamed_wavelengths(exports: Sequence[PlateExport], unread: dict[str, None], file: str) -> tuple[Problem, ...]:
    """Warn of rows labelled like readings at a wavelength that the procedure does not read."""
    channels = sorted({c for e in exports for r in e.reads for c in r.channels})
    steps = {r.label for e in exports for r in e.reads}
    odd = [u for u in unread if u.isdigit() or (":" in u and u.split(":")[0] in steps and u.split(":")[-1].isdigit())]
    if not odd or not channels:
        return ()
    return (
        Problem(
            Severity.WARNING,
            file,
            f"rows labelled {', '.join(odd[:3])}",
            odd[0],
            "unknown_read",
            f"these rows were left out: the procedure reads {', '.join(channels)}",
            "Check that the file is complete; export it again from Gen5 if its end is missing.",
        ),
    )


PARSER = Parser(
    name="gen5",
    version="1",
    product=GEN5,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
