"""PerkinElmer (Revvity) EnVision csv exports of one or several plates."""

from __future__ import annotations

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.envision_sections import plates_by_number, read_envision, role_of_code
from tasks.methods.lines import read_lines
from tasks.methods.pages import Page
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, plate_wells
from tasks.methods.signatures import ENVISION, recognise

_REMEDY = "Export the assay again from EnVision as csv, with plate information and the results of every label."


def claims(raw: RawFile, context: Context) -> bool:
    """Whether EnVision wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == ENVISION


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the results of every label and plate into ``core.plate_wells``.

    The unit is OD for absorbance, RFU for fluorescence and RLU for luminescence counts; the wavelength is that
    of the label's filter (emission filter of the channel, excitation filter in absorbance). Calculated results
    and the settings are listed as unread. Codes of the plate map give roles where the study has no layout.
    Raises ``BadInputError`` for a section without its heading, a file cut off, or without raw results.
    """
    export = read_envision(Page("", read_lines(raw, ENVISION)), raw.name, _REMEDY)
    is_only = len(plates_by_number(export.grids)) == 1
    start_h = context.row.time_h if context.row else None
    readings: list[WellText] = []
    for item in export.grids:
        plate, is_explicit = identify_plate(f"Plate {item.plate}", item.barcode, context.row, is_only=is_only)
        codes = export.maps.get(item.plate, {})
        label = item.label if item.repeat == 1 else f"{item.label} repeat {item.repeat}"
        for well, text, line in item.grid.wells():
            code = codes.get(well)
            role = role_of_code(code) if code else None
            readings.append(
                WellText(
                    *(plate, is_explicit, well, start_h, item.mode, label, item.wavelength_nm),
                    *(code if role in ("sample", "control") else None, role, text, item.unit, f"line {line}"),
                )
            )
    return plate_wells(readings, raw, context, remedy=_REMEDY, unread=export.unread)


PARSER = Parser(
    name="envision",
    version="1",
    product=ENVISION,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
