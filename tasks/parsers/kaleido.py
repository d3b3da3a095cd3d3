"""Revvity (PerkinElmer) EnSight Kaleido csv exports of plate reads, versions 2 and 3."""

from __future__ import annotations

import re

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.envision_sections import role_of_code
from tasks.methods.kaleido_sections import read_kaleido
from tasks.methods.lines import read_lines
from tasks.methods.pages import Page
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, plate_wells
from tasks.methods.signatures import KALEIDO, recognise
from tasks.methods.text import decode

_REMEDY = "Export the measurement again from Kaleido as csv (plate format)."
_IMAGING = re.compile(r"\.tiff?\b|Results? for (?:Image Analysis|IMG|Image)\b", re.IGNORECASE)
_VIRTUAL = re.compile(r"V-\d{4}-\d\d-\d\d .*|.*\d\d:\d\d:\d\d")  # Kaleido makes one up where it reads none


def claims(raw: RawFile, context: Context) -> bool:
    """Whether Kaleido wrote the file and it holds plate reads; imaging exports are counted cells."""
    if context.assay not in (None, ASSAY) or recognise(raw.head, raw.name) != KALEIDO:
        return False
    return not _IMAGING.search(decode(raw.head))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every measurement into ``core.plate_wells``.

    The plate is named by its barcode; a virtual one, which Kaleido makes up from the time, is no identity.
    Repeats of a plate are kept apart by their label. Analysis results and settings are listed as unread.
    Raises ``BadInputError`` for an unknown measurement, a file cut off, or without readings.
    """
    export = read_kaleido(Page("", read_lines(raw, KALEIDO)), raw.name, _REMEDY)
    is_only = len({item.barcode for item in export.grids}) == 1
    start_h = context.row.time_h if context.row else None
    readings: list[WellText] = []
    for item in export.grids:
        barcode = "" if _VIRTUAL.fullmatch(item.barcode) else item.barcode
        plate, is_explicit = identify_plate(item.barcode or "Plate 1", barcode, context.row, is_only=is_only)
        label = f"{item.name} repeat {item.repeat}" if item.repeat else item.name
        for well, text, line in item.grid.wells():
            code = export.codes.get(well)
            role = role_of_code(code) if code else None
            readings.append(
                WellText(
                    *(plate, is_explicit, well, start_h, item.mode, label, item.wavelength_nm),
                    *(code if role in ("sample", "control") else None, role, text, item.unit, f"line {line}"),
                )
            )
    return plate_wells(readings, raw, context, remedy=_REMEDY, unread=export.unread)


PARSER = Parser(
    name="kaleido",
    version="1",
    product=KALEIDO,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
