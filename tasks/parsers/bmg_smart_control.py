"""BMG LABTECH SMART Control (and MARS) workbooks."""

from __future__ import annotations

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.bmg_sections import bmg_readings, listed_readings, read_bmg
from tasks.methods.pages import read_pages
from tasks.methods.plate_readings import ASSAY, OPTIONS, plate_wells
from tasks.methods.signatures import BMG, recognise_file
from tasks.methods.unread_texts import line_texts
from tasks.methods.workbooks import is_workbook

_REMEDY = "Export the run again from SMART Control as xlsx, with the raw data in microplate view."
_SETTINGS = "protocol information"


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a BMG program wrote the workbook."""
    return context.assay in (None, ASSAY) and is_workbook(raw.head) and recognise_file(raw) == BMG


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the raw data of a workbook into ``core.plate_wells``, with the layout that the workbook holds.

    The sheet with printed plates is read; the same readings as a list of wells only where there is no
    printed plate. Standard concentrations, dilutions and blank-corrected data are listed as unread.
    Raises ``BadInputError`` for a damaged workbook, one changed after export, or without raw data.
    """
    pages = read_pages(raw, BMG)
    results = [page for page in pages if page.name.strip().lower() != _SETTINGS] or pages
    export = read_bmg(results, raw.name, _REMEDY)
    readings = bmg_readings(export, context.row)
    if not readings:
        readings = [r for page in results for r in listed_readings(page, export, context.row)]
    settings = [text for page in pages if page not in results for text in line_texts(page.rows)]
    return plate_wells(readings, raw, context, remedy=_REMEDY, unread=[*export.unread, *settings])


PARSER = Parser(
    name="bmg_smart_control",
    version="1",
    product="BMG LABTECH SMART Control",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
