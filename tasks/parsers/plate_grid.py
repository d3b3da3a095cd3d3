"""Printed plates of no known product: 8 x 12, 16 x 24 or 32 x 48 readings, as text or on sheets of a workbook."""

from __future__ import annotations

import re

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.generic_plates import kind_of, named_units, shape_of
from tasks.methods.pages import Page, read_pages
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, plate_wells
from tasks.methods.printed_grids import PrintedGrid, printed_grids, refuse_cut_grid

_PRODUCT = "a printed plate (8 x 12, 16 x 24 or 32 x 48 readings)"
_REMEDY = "Give one plate as letters A to H and columns 1 to 12 (or 16 x 24, 32 x 48), with its readings only."
_PLATE = re.compile(r"(?:plate|barcode)\b.*", re.IGNORECASE)


def claims(raw: RawFile, context: Context) -> bool:
    """Whether files.csv declares a plate and the file prints one, without any product's signature."""
    return context.assay == ASSAY and shape_of(raw) == "grid"


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every printed plate into ``core.plate_wells``.

    Text above a plate may name it (``Plate 2``) and what was read (``OD 450 nm``, ``RFU``); several plates
    without a name are told apart by sheet or number. Thousands may be grouped unless the readings are OD.
    Raises ``BadInputError`` for text instead of a reading, two readings of one well, and a file cut off.
    """
    pages = read_pages(raw, _PRODUCT)
    found: list[tuple[Page, PrintedGrid]] = []
    for page in pages:
        grids, _ = printed_grids(page, has_bare=True)
        refuse_cut_grid(page, grids, raw.name, _REMEDY)
        found += [(page, grid) for grid in grids]
    if not found:
        raise bad_input(raw.name, pages[0].place(1) if pages else "", "no_plate", "no plate was found", _REMEDY)
    names = _names(found)
    readings: list[WellText] = []
    for (page, grid), name in zip(found, names, strict=True):
        readings += _grid_readings(page, grid, name, context, is_only=len(set(names)) == 1)
    unread = [t for _, grid in found for t in grid.titles if not _PLATE.fullmatch(t) and not kind_of(t, None).unit]
    named, problems = named_units(readings, raw.name)
    is_grouped = all(r.unit != "OD" for r in named)
    return plate_wells(named, raw, context, remedy=_REMEDY, unread=unread, problems=problems, is_grouped=is_grouped)


def _names(found: list[tuple[Page, PrintedGrid]]) -> list[str]:
    """Name of every plate: in the text above, that of the plate before, its sheet's, or its number.

    A plate without a name that reads like the one before (same text above) is another plate.
    """
    pages = {page.name for page, _ in found}
    names: list[str] = []
    seen: set[tuple[str, str]] = set()
    current, number = "", 0
    for page, grid in found:
        written = next((t for t in reversed(grid.titles) if _PLATE.fullmatch(t)), "")
        what = " ".join(t for t in grid.titles if not _PLATE.fullmatch(t)) + grid.corner
        name = re.sub(r"^(?:plate|barcode) ?[:=] ?", "", written, flags=re.IGNORECASE)
        if name:
            current = name
        elif page.name and len(pages) > 1 and (page.name, what) not in seen:
            current = page.name
        elif not current or (current, what) in seen:
            number += 1
            current = f"Plate {number}"
        seen |= {(current, what), (page.name, what)}
        names.append(current)
    return names


def _grid_readings(page: Page, grid: PrintedGrid, name: str, context: Context, *, is_only: bool) -> list[WellText]:
    texts = [t for t in (*reversed(grid.titles), grid.corner) if t and not _PLATE.fullmatch(t)]
    kinds = [kind_of(t, context.row) for t in texts] or [kind_of("", context.row)]
    mode, unit = next(((k.mode, k.unit) for k in kinds if k.unit), ("", ""))
    nm = next((k.wavelength_nm for k in kinds if k.wavelength_nm), None)
    plate, is_explicit = identify_plate(name, "", context.row, is_only=is_only)
    time_h = context.row.time_h if context.row else None
    label = texts[0] if texts else "reading"
    return [
        WellText(
            *(plate, is_explicit, well, time_h, mode, label, nm, None, None, text, unit, page.place(line)),
        )
        for well, text, line in grid.wells()
    ]


PARSER = Parser(
    name="plate_grid",
    version="1",
    product=_PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
    is_generic=True,
)
