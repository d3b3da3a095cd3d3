"""Lists of wells of no known product: a line per well, with columns well, value and perhaps time, sample, plate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.generic_plates import WELL_NAMES, header_line, kind_of, named_units, shape_of
from tasks.methods.grids import well_name
from tasks.methods.numbers import elapsed_h
from tasks.methods.pages import Page, read_pages
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, plate_wells

_PRODUCT = "a list of wells (columns well and value; perhaps time_h, wavelength_nm, sample, role, plate)"
_REMEDY = "Give one line per well with the columns well and value (or OD, RFU, RLU); time_h, wavelength_nm, sample too."
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "well": WELL_NAMES,
    "plate": ("plate", "plate_id", "plate id", "barcode", "plate barcode"),
    "sample": ("sample", "sample_name", "sample name", "sample_id", "sample id", "name", "content"),
    "role": ("role", "type", "well type", "well_type"),
    "wavelength": ("wavelength", "wavelength_nm", "wavelength [nm]", "wavelength (nm)", "nm"),
    "unit": ("unit", "units"),
}
_ALIASES = {
    1: ("h", "hour", "hours"),
    60: ("min", "minute", "minutes"),
    3600: ("s", "sec", "second", "seconds"),
}
_TIMES: Mapping[str, int | None] = {"time": None} | {
    form.format(alias): per_hour
    for per_hour, aliases in _ALIASES.items()
    for alias in aliases
    for form in ("{}", "time_{}", "time {}", "time [{}]", "time ({})", "time[{}]", "time({})")
}
_VALUE = re.compile(r"(?:value|reading|result|signal|raw(?: data)?|measurement)s?", re.IGNORECASE)
_ROLES = ("sample", "blank", "control", "empty")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether files.csv declares a plate and the file is a list of wells, without any product's signature."""
    return context.assay == ASSAY and shape_of(raw) == "list"


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the list, or the list on every sheet, into ``core.plate_wells``.

    Value columns are called value, or by what was read (``OD450``, ``450``, ``RFU``); without such a name, the
    only column left is taken. Times count from ``time_h`` of files.csv and need their unit in the column's
    name. Columns of other names are listed as unread.
    Raises ``BadInputError`` for columns that cannot be told, and rows that cannot be read.
    """
    readings: list[WellText] = []
    unread: list[str] = []
    pages = [(page, start) for page in read_pages(raw, _PRODUCT) if (start := header_line(page.rows)) is not None]
    for page, start in pages:
        readings += _page_readings(page, start, context, unread, raw.name, is_only=len(pages) == 1)
    named, problems = named_units(readings, raw.name)
    is_grouped = all(r.unit != "OD" for r in named)
    return plate_wells(named, raw, context, remedy=_REMEDY, unread=unread, problems=problems, is_grouped=is_grouped)


@dataclass(frozen=True)
class _Columns:
    """Where the columns of a list stand."""

    at: Mapping[str, int | None]
    time: int | None
    values: Sequence[int]
    unread: Sequence[str]


def _columns(header: Sequence[str], place: str, file: str) -> _Columns:
    lowered = [h.lower() for h in header]
    at = {key: next((lowered.index(n) for n in names if n in lowered), None) for key, names in _COLUMNS.items()}
    time = next((i for i, name in enumerate(lowered) if name in _TIMES and i not in at.values()), None)
    others = [i for i, name in enumerate(header) if name and i not in (*at.values(), time)]
    values = [i for i in others if _VALUE.fullmatch(header[i]) or kind_of(header[i], None).unit]
    if not values and len(others) == 1:
        values = others
    if not values:
        listed = ", ".join(h for h in header if h)[:120]
        message = f"the columns are {listed}; which of them holds the readings cannot be told"
        raise bad_input(file, place, "no_value_column", message, _REMEDY, listed)
    return _Columns(at, time, values, [header[i] for i in others if i not in values])


def _page_readings(
    page: Page, start: int, context: Context, unread: list[str], file: str, *, is_only: bool
) -> list[WellText]:
    header = [c.strip() for c in page.rows[start]]
    columns = _columns(header, page.place(start + 1), file)
    at, row = columns.at, context.row
    unread += columns.unread
    rows = [(n, cells) for n, cells in enumerate(page.rows[start + 1 :], start + 2) if any(c.strip() for c in cells)]
    plates = {name for _, cells in rows if (name := _cell(cells, at["plate"]))}
    start_h = row.time_h if row else None
    found: list[WellText] = []
    for line, cells in rows:
        place = page.place(line)
        printed = _cell(cells, at["plate"]) or ("" if is_only else page.name) or "Plate 1"
        plate, is_explicit = identify_plate(printed, "", row, is_only=is_only and len(plates) <= 1)
        well = well_name(_cell(cells, at["well"])) or _cell(cells, at["well"])
        elapsed = None
        if columns.time is not None:
            elapsed = _elapsed_h(_cell(cells, columns.time), header[columns.time], place, file)
        time_h = start_h if elapsed is None else elapsed + (start_h or 0)
        sample, role = _sample_and_role(_cell(cells, at["sample"]), _cell(cells, at["role"]))
        for column in columns.values:
            kind = kind_of(header[column], row)
            if unit := _cell(cells, at["unit"]):
                kind = replace(kind_of(unit, None), wavelength_nm=kind.wavelength_nm)
            stated = _number(_cell(cells, at["wavelength"]))
            nm = kind.wavelength_nm if stated is None else stated
            found.append(
                WellText(
                    *(plate, is_explicit, well, time_h, kind.mode, header[column], nm),
                    *(sample, role, _cell(cells, column), kind.unit, place),
                )
            )
    return found


def _sample_and_role(sample: str, role: str) -> tuple[str | None, str | None]:
    """Sample and role of a well; a sample called ``blank`` is one."""
    named = role.lower() if role.lower() in _ROLES else None
    if sample.lower() in _ROLES[1:]:
        return None, named or sample.lower()
    return (None if named in ("blank", "empty") else sample or None), named or ("sample" if sample else None)


def _elapsed_h(text: str, name: str, place: str, file: str) -> float | None:
    """Hours of a time cell; a NaN marks an unreadable one. Raises when a plain number has no unit."""
    if ":" in text:
        elapsed = elapsed_h(text)
        return float("nan") if elapsed is None else elapsed
    per_hour, number = _TIMES[name.lower()], _number(text)
    if number is not None and per_hour is None:
        message = f"the column {name!r} holds plain numbers; whether hours, minutes or seconds cannot be told"
        raise bad_input(file, place, "time_without_unit", message, "Call it time_h, time_min or time_s.", name)
    return number if number is None else number / (per_hour or 1)


def _number(text: str) -> float | None:
    """A plain number with point or comma; NaN for other text, null for none."""
    if not text:
        return None
    plain = re.sub(r" ?nm$", "", text, flags=re.IGNORECASE).replace(",", ".")
    return float(plain) if re.fullmatch(r"[+-]?\d{1,9}(?:\.\d{1,9})?", plain) else float("nan")


def _cell(cells: Sequence[str], index: int | None) -> str:
    return cells[index].strip() if index is not None and index < len(cells) else ""


PARSER = Parser(
    name="plate_table",
    version="1",
    product=_PRODUCT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
    is_generic=True,
)
