"""Tecan Magellan exports, workbooks and text: a long list of wells, then how they were measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.grids import well_name
from tasks.methods.pages import Page, read_pages
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import ASSAY, OPTIONS, WellText, mode_of, plate_wells
from tasks.methods.signatures import MAGELLAN, peek, recognise_file
from tasks.methods.text import decode

_REMEDY = (
    "Export the run again from Magellan with the columns Raw data and Well positions, and the measurement's settings."
)
_WELLS = "well positions"
_RAW = re.compile(r"raw ?data\b.*|raw\b.*|\d{3,4} ?nm(?:/\d{3,4} ?nm)?|(?:abs|od|fluo|lum)\w*", re.IGNORECASE)
_TEMPERATURE = re.compile(r"Meas\. temperature: (?P<label>.+): [^:]*$")
_SETTING = re.compile(r"(?P<key>[A-Za-z][\w .()-]*?)\s*:\s*(?P<value>.+)")
_NUMBER = re.compile(r"\s*[+-]?\d[\d.,]*(?:[eE][+-]?\d{1,3})?\s*")
_NM = re.compile(r"(?<!\d)(\d{3,4})(?:\.\d+)? ?nm", re.IGNORECASE)
_CYCLE = re.compile(r"(?P<h>\d+) ?h|(?P<min>\d+) ?min|(?P<s>\d+(?:[.,]\d+)?) ?s", re.IGNORECASE)
_SAMPLES = ("sample ids", "sample id", "layout", "identifier", "identifiers", "sample name")
_PLATE = ("plate", "plate id", "plate-id")
_ROLES = (
    (re.compile(r"BL\d*(?:_\d+)?|blank.*", re.IGNORECASE), "blank"),
    (re.compile(r"(?:ST|PC|NC|CL|CO|STD|POS|NEG|CTRL)\d*(?:_\d+)?", re.IGNORECASE), "control"),
)


@dataclass
class _Measurement:
    """Settings of one measurement, as the lines below the list give them."""

    settings: dict[str, str] = field(default_factory=dict)

    @property
    def mode(self) -> tuple[str, str] | None:
        unit = self.settings.get("unit", "")
        return mode_of(self.settings.get("measurement mode", "")) or mode_of(unit)

    @property
    def wavelength_nm(self) -> float | None:
        for key in ("emission wavelength", "measurement wavelength", "wavelength", "measurement filter"):
            if match := _NM.search(self.settings.get(key, "")):
                return float(match[1])
        return None


def claims(raw: RawFile, context: Context) -> bool:
    """Whether Magellan wrote the file; i-control and SparkControl write other tables."""
    if context.assay not in (None, ASSAY) or recognise_file(raw) != MAGELLAN:
        return False
    return _WELLS in (peek(raw) or decode(raw.head)).lower()


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the raw columns of the list into ``core.plate_wells``.

    The lines behind the list tell mode, wavelength and unit of each raw column, in order; OD where Magellan
    names no unit. The column Plate names the plate. Columns that Magellan computed (blank reduced, mean,
    concentration) and the settings are listed as unread.
    Raises ``BadInputError`` for a list without wells, a row with readings and no well, or one cut off.
    """
    for page in read_pages(raw, MAGELLAN):
        start = next((i for i, cells in enumerate(page.rows) if _WELLS in [c.strip().lower() for c in cells]), None)
        if start is not None:
            unread: list[str] = []
            readings = _page_readings(page, start, context, unread, raw.name)
            return plate_wells(readings, raw, context, remedy=_REMEDY, unread=unread)
    raise bad_input(raw.name, "", "no_wells", 'no column "Well positions" was found', _REMEDY)


def _page_readings(page: Page, start: int, context: Context, unread: list[str], file: str) -> list[WellText]:
    header = [c.strip() for c in page.rows[start]]
    lowered = [h.lower() for h in header]
    at_well = lowered.index(_WELLS)
    rows, rest = _split(page, start, at_well, file)
    measurements, labels = _measurements(rest, unread)
    columns = [lowered.index(label.lower()) for label in labels if label.lower() in lowered]
    columns = columns or [i for i, name in enumerate(header) if i != at_well and _RAW.fullmatch(name)]
    at_plate = next((i for i, name in enumerate(lowered) if name in _PLATE), None)
    at_sample = next((lowered.index(name) for name in _SAMPLES if name in lowered), None)
    unread += [h for i, h in enumerate(header) if h and i not in (*columns, at_well, at_plate, at_sample)]
    plain = [float(m[1]) for cells in rest for c in cells if (m := re.fullmatch(r"(\d{3,4}) ?nm", c.strip()))]
    kinds = []
    for order, column in enumerate(columns):
        measurement = measurements[order] if order < len(measurements) else _Measurement()
        named = _NM.search(header[column])
        nm = float(named[1]) if named else measurement.wavelength_nm
        if nm is None and len(plain) == len(columns):
            nm = plain[order]
        # Magellan exports absorbance unless it says otherwise
        kind = measurement.mode or mode_of(header[column]) or ("absorbance", "OD")
        kinds.append((column, kind, nm, _elapsed_h(header[column])))
    plates = {_cell(cells, at_plate) for _, cells in rows} - {""}
    start_h = context.row.time_h if context.row else None
    found: list[WellText] = []
    for line, cells in rows:
        # only the first wells may carry the plate's name
        printed = _cell(cells, at_plate) or (next(iter(plates)) if len(plates) == 1 else "Plate 1")
        plate, is_explicit = identify_plate(printed, "", context.row, is_only=len(plates) <= 1)
        sample = _cell(cells, at_sample)
        role = _role(sample)
        well = well_name(_cell(cells, at_well)) or _cell(cells, at_well)
        for column, (mode, unit), nm, elapsed in kinds:
            time_h = start_h if elapsed is None else elapsed + (start_h or 0)
            found.append(
                WellText(
                    *(plate, is_explicit, well, time_h, mode, header[column], nm),
                    *(sample if sample and role != "blank" else None, role, _cell(cells, column), unit),
                    page.place(line),
                )
            )
    return found


def _split(
    page: Page, start: int, at_well: int, file: str
) -> tuple[list[tuple[int, Sequence[str]]], list[Sequence[str]]]:
    """Rows of the list with their line numbers, and the lines behind it."""
    rows: list[tuple[int, Sequence[str]]] = []
    index = start + 1
    while index < len(page.rows) and _is_row(page.rows[index], at_well):
        rows.append((index + 1, page.rows[index]))
        index += 1
    rest: list[Sequence[str]] = [cells for cells in page.rows[index:] if any(c.strip() for c in cells)]
    if page.is_cut and not rest and rows and len(rows[-1][1]) < max(len(cells) for _, cells in rows):
        place = page.place(rows[-1][0])
        raise bad_input(file, place, "cut_off", "the file ends in the middle of a row", f"It is cut off. {_REMEDY}")
    if rest and not _cell(rest[0], at_well) and (number := next(filter(_NUMBER.fullmatch, rest[0]), "")):
        raise bad_input(
            file, page.place(index + 1), "no_well", "a reading stands in a row without a well", _REMEDY, number
        )
    return rows, rest


def _is_row(cells: Sequence[str], at_well: int) -> bool:
    """Whether a line belongs to the list: it names a well, or something instead of one beside readings."""
    others = [c for i, c in enumerate(cells) if i != at_well and c.strip()]
    text = _cell(cells, at_well)
    return bool(text) and (well_name(text) is not None or any(map(_NUMBER.fullmatch, others)))


def _measurements(rest: Sequence[Sequence[str]], unread: list[str]) -> tuple[list[_Measurement], list[str]]:
    """Settings of every measurement in order, and the raw columns that the temperatures name."""
    measurements: list[_Measurement] = []
    labels: list[str] = []
    for cells in rest:
        text = " ".join(c.strip() for c in cells if c.strip())
        if match := _TEMPERATURE.match(text):
            labels.append(match["label"].strip())
            unread.append(text[:120])
            continue
        setting = _SETTING.fullmatch(text)
        if setting and setting["key"].lower() == "measurement mode":
            measurements.append(_Measurement())
        if setting and measurements:
            measurements[-1].settings.setdefault(setting["key"].lower(), setting["value"])
        unread.append(text[:120])
    return measurements, labels


def _cell(cells: Sequence[str], index: int | None) -> str:
    return cells[index].strip() if index is not None and index < len(cells) else ""


def _role(sample: str) -> str | None:
    if not sample:
        return None
    return next((role for pattern, role in _ROLES if pattern.fullmatch(sample)), "sample")


def _elapsed_h(name: str) -> float | None:
    """Hours that a kinetic column's name ends with (``Raw data 5 min``, ``1 h 30 min``); null for none."""
    units = {"h": 1, "min": 60, "s": 3600}
    found = [(group, m[group]) for m in _CYCLE.finditer(name) for group in units if m[group]]
    return sum(float(v.replace(",", ".")) / units[group] for group, v in found) if found else None


PARSER = Parser(
    name="magellan",
    version="1",
    product="Tecan Magellan",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    options=OPTIONS,
)
