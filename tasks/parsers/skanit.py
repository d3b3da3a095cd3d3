"""Thermo Fisher SkanIt workbooks and text exports: several plates and wavelengths, steps on sheets of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.numbers import elapsed_h
from tasks.methods.pages import Page, read_pages
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, mode_of, plate_wells
from tasks.methods.printed_grids import PrintedGrid, printed_grids, refuse_cut_grid
from tasks.methods.signatures import SKANIT, recognise_file

_REMEDY = "Export the session again from SkanIt as xlsx, with the measurement results in plate format."
_WAVELENGTH = re.compile(  # in any language: Wavelength: 450 nm, Longueur d'onde : 450 nm
    r"(?:(?P<key>Wavelength|Excitation|[EÉ]mission)\b[^:]*:\s*(?P<nm>\d{3,4}(?:[.,]\d+)?)"
    r"|[^:\d]{3,40}:\s*(?P<nm2>\d{3,4}(?:[.,]\d+)?) ?nm)",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?:Kinetic )?(?:time|interval)\b[^:]*:\s*(?P<time>.+)", re.IGNORECASE)
_STEP = re.compile(r"(?!plate)[A-Za-z -]+\d{0,3}", re.IGNORECASE)  # Absorbance 1, Kinetic absorbance 2
_NOT_PLATES = re.compile(r"measurement results|.*\.skax|\d{1,4}[-./]\d{1,2}[-./]|.*:\s|autoloading", re.IGNORECASE)
_RESULTS = "measurement results"
_MAPS = ("sample", "échantillon", "probe", "muestra", "campione", "amostra")
_BLANKS = ("blank", "blanc", "leer", "bianco", "branco")  # blanco begins like blanc
_ROLES = (
    *((word, "blank") for word in _BLANKS),
    ("std", "control"),
    ("ctrl", "control"),
    ("cal", "control"),
    ("un", "sample"),
)


@dataclass(frozen=True)
class _Read:
    """One printed plate and what the lines above it say."""

    page: Page
    grid: PrintedGrid
    plate: str
    step: str
    mode: str
    unit: str
    wavelength_nm: float | None
    elapsed_h: float | None


def claims(raw: RawFile, context: Context) -> bool:
    """Whether SkanIt wrote the file."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == SKANIT


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the measurement results of every step, plate and wavelength into ``core.plate_wells``.

    Sample names below the readings (``Blank1``, ``Un0001``, ``Std0001``) give roles and samples where the
    study has no layout. Calculated results and the sheets about session, instrument and layout are listed as
    unread. Kinetic times count from ``time_h`` of files.csv.
    Raises ``BadInputError`` for a damaged file, one cut off, or without measurement results.
    """
    pages = read_pages(raw, SKANIT)
    results = [page for page in pages if not page.name or _is_results(page)]
    if not results:  # other languages have other titles: a step's sheet is named for its mode in all of them
        results = [page for page in pages if mode_of(page.name) and _has_readings(page)]
    reads: list[_Read] = []
    names: dict[str, dict[str, str]] = {}
    unread = [f"sheet {page.name}" for page in pages if page not in results]
    for page in results:
        _read_page(page, reads, names, unread, raw.name)
    if not reads:
        raise bad_input(
            raw.name,
            pages[0].place(1),
            "no_readings",
            f"no plate below {_RESULTS!r} was found; its sheets are {', '.join(p.name for p in pages) or 'none'}",
            _REMEDY,
        )
    return plate_wells(_readings(reads, names, context), raw, context, remedy=_REMEDY, unread=unread)


def _is_results(page: Page) -> bool:
    return any(cells and cells[0].strip().lower() == _RESULTS for cells in page.rows[:10])


def _has_readings(page: Page) -> bool:
    return any(mode_of(grid.corner) for grid in printed_grids(page)[0])


def _read_page(page: Page, reads: list[_Read], names: dict[str, dict[str, str]], unread: list[str], file: str) -> None:
    grids, _ = printed_grids(page)
    refuse_cut_grid(page, grids, file, _REMEDY)
    plate, step, wavelength, emission = "Plate 1", page.name, None, None
    for grid in grids:
        elapsed = None
        for title in grid.titles:
            if match := _WAVELENGTH.match(title):
                nm = float((match["nm"] or match["nm2"]).replace(",", "."))
                if (match["key"] or "").lower() in ("emission", "émission"):
                    emission = nm
                else:
                    wavelength, emission = nm, None
            elif match := _TIME.match(title):
                elapsed = elapsed_h(match["time"]) if ":" in match["time"] else _seconds(match["time"])
            elif mode_of(title) and _STEP.fullmatch(title):
                step, wavelength, emission = title, None, None
            elif not _NOT_PLATES.match(title):
                plate = title
        found = mode_of(grid.corner) or mode_of(step) or mode_of(page.name)
        if grid.corner.lower() in _MAPS:
            names.setdefault(plate, {}).update({well: text for well, text, _ in grid.wells() if text})
        elif found is None:
            unread.append(f"{grid.corner or 'plate'} at {page.place(grid.line)}")
        else:
            reads.append(_Read(page, grid, plate, step, *found, emission or wavelength, elapsed))


def _seconds(text: str) -> float | None:
    number = re.match(r"(\d{1,9}(?:[.,]\d{1,6})?)\s*(s|min|h)?", text)
    if not number:
        return None
    return float(number[1].replace(",", ".")) / {"h": 1, "min": 60}.get(number[2] or "s", 3600)


def _readings(reads: Sequence[_Read], names: dict[str, dict[str, str]], context: Context) -> list[WellText]:
    is_only = len({read.plate for read in reads}) == 1
    start_h = context.row.time_h if context.row else None
    found: list[WellText] = []
    for read in reads:
        plate, is_explicit = identify_plate(read.plate, "", context.row, is_only=is_only)
        time_h = start_h if read.elapsed_h is None else read.elapsed_h + (start_h or 0)
        known = names.get(read.plate, {})
        for well, text, line in read.grid.wells():
            name = known.get(well)
            role = _role(name) if name else None
            found.append(
                WellText(
                    *(plate, is_explicit, well, time_h, read.mode, read.step, read.wavelength_nm),
                    *(None if role == "blank" else name, role, text, read.unit, read.page.place(line)),
                )
            )
    return found


def _role(name: str) -> str:
    lowered = name.lower()
    return next((role for prefix, role in _ROLES if lowered.startswith(prefix)), "sample")


PARSER = Parser(
    name="skanit",
    version="1",
    product=SKANIT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
