"""BMG LABTECH text exports: MARS and the reader control of PHERAstar, CLARIOstar, FLUOstar, POLARstar, SPECTROstar."""

from __future__ import annotations

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.bmg_sections import bmg_readings, listed_readings, read_bmg
from tasks.methods.pages import read_pages
from tasks.methods.plate_readings import ASSAY, OPTIONS, plate_wells
from tasks.methods.signatures import BMG, recognise
from tasks.methods.workbooks import is_workbook

_REMEDY = "Export the run again from MARS as csv, with the raw data in microplate view or as a table."


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a BMG program wrote the text file; workbooks are SMART Control's."""
    return context.assay in (None, ASSAY) and not is_workbook(raw.head) and recognise(raw.head, raw.name) == BMG


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the raw data, as printed plates (up to 1536 wells) or as a list of wells, into ``core.plate_wells``.

    Blank-corrected data, averages and whatever else MARS computed are listed as unread. A wavelength is
    that of the emission where there are two. Kinetic times count from ``time_h`` of files.csv. The IDs are
    what a person typed before the run: they name the plate but are no barcode.
    Raises ``BadInputError`` for a file changed after export, cut off, or without raw data.
    """
    pages = read_pages(raw, BMG)
    export = read_bmg(pages, raw.name, _REMEDY)
    readings = bmg_readings(export, context.row) or listed_readings(pages[0], export, context.row)
    return plate_wells(readings, raw, context, remedy=_REMEDY, unread=export.unread)


PARSER = Parser(
    name="bmg_mars",
    version="1",
    product="BMG LABTECH MARS",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
