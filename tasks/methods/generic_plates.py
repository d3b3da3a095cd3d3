"""Plates that no product's program wrote as they are: printed plates and lists of wells that people make.

A list has a line of names with ``well`` among them. Anything else that prints a plate (letters and column
numbers, or 8 x 12, 16 x 24 or 32 x 48 bare numbers) is a grid. Files that bear a product's signature are neither.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from schemas.errors import Problem, Severity
from schemas.sheets import FileRow
from tasks.contracts import RawFile
from tasks.methods.grids import well_name
from tasks.methods.lines import split_lines
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.pages import Page
from tasks.methods.plate_readings import WellText, mode_of
from tasks.methods.printed_grids import printed_grids
from tasks.methods.signatures import peek, recognise_file

WELL_NAMES = ("well", "wells", "well_id", "well id", "well position", "position", "pos")
UNNAMED = ("", "")  # mode and unit that nothing names
_HIGHEST_OD = 10.0  # no absorbance reader prints more, and counts are higher
_FIRST_LINES = 60
_NM = re.compile(r"(?<!\d)(\d{3,4})(?:\.0+)? ?nm\b|^(?:OD|A|Abs)[ _]?(\d{3,4})\b|^(\d{3})$", re.IGNORECASE)
_UNITS = {"od": "absorbance", "rfu": "fluorescence", "rlu": "luminescence"}


@dataclass(frozen=True)
class Kind:
    """What a title or column name says was read."""

    mode: str
    unit: str
    wavelength_nm: float | None


@lru_cache(maxsize=8)  # both generic parsers ask about the same file
def shape_of(raw: RawFile) -> Literal["list", "grid"] | None:
    """Whether a file without any product's signature holds a list of wells or printed plates. Never raises."""
    if recognise_file(raw) is not None:
        return None
    lines = split_lines(peek(raw))
    if header_line(lines[:_FIRST_LINES]) is not None:
        return "list"
    grids, _ = printed_grids(Page("", lines), has_bare=True)
    return "grid" if grids else None


def header_line(lines: Sequence[Sequence[str]]) -> int | None:
    """Index of the line that names the columns of a list, with a well somewhere below its column ``well``."""
    for index, cells in enumerate(lines):
        names = [c.strip().lower() for c in cells]
        at = next((names.index(n) for n in WELL_NAMES if n in names), None)
        if at is None or sum(map(bool, names)) < 2:  # noqa: PLR2004
            continue
        below = (row[at] for row in lines[index + 1 :] if at < len(row) and row[at].strip())
        first = next(below, "")
        if well_name(first):
            return index
    return None


def kind_of(text: str, row: FileRow | None) -> Kind:
    """Mode, unit and wavelength that a title or column name says, else files.csv (columns unit, wavelength_nm)."""
    given = row.attributes if row else {}
    unit = given.get("unit", "").strip()
    match = _NM.search(text.strip())
    nm = next((float(g) for g in match.groups() if g), None) if match else None
    named = mode_of(text) or (_UNITS.get(unit.lower(), "reading"), unit) if unit else mode_of(text)
    if named is None:
        is_od = match is not None and not match[1]  # OD450, A450, or a bare 450
        named = ("absorbance", "OD") if is_od else UNNAMED
    stated = given.get("wavelength_nm", "").strip()
    if nm is None and re.fullmatch(r"\d{3,4}(?:\.\d+)?", stated):
        nm = float(stated)
    return Kind(*named, nm)


def named_units(readings: Sequence[WellText], file: str) -> tuple[list[WellText], tuple[Problem, ...]]:
    """Name the unit of readings that nothing names.

    All of them at most 10: OD, since no absorbance reader prints more and no detector counts less. Else the
    unit is unknown (``AU``), which a warning says.
    """
    open_ = [r.text for r in readings if not r.unit]
    if not open_:
        return list(readings), ()
    values = read_numbers(open_, decimal_mark(open_))["value"].drop_nulls()
    is_od = values.is_empty() or float(values.max()) <= _HIGHEST_OD  # type: ignore[arg-type]
    mode, unit = ("absorbance", "OD") if is_od else ("reading", "AU")
    named = [r if r.unit else r._replace(mode=mode, unit=unit) for r in readings]
    if is_od:
        return named, ()
    return named, (
        Problem(
            Severity.WARNING,
            file,
            "",
            "",
            "unit_unknown",
            "nothing says what was read, and the readings are too high for OD",
            "Write OD, RFU or RLU above the plate or as the column's name, or in a column unit of files.csv.",
        ),
    )
