"""The sections of a PerkinElmer EnVision export: plates, their results, and how each label was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.errors import bad_input
from tasks.methods.pages import Page
from tasks.methods.plate_readings import mode_of
from tasks.methods.printed_grids import Line, PrintedGrid, printed_grids, refuse_cut_grid
from tasks.methods.unread_texts import line_text

_RESULTS = re.compile(
    r"Results for (?P<label>.+?)(?: - channel (?P<channel>[0-9]{1,2}).*?)?(?: \((?P<unit>[^()]*)\))?$"
)
_QUOTED = re.compile(r'="*(.*?)"*')
_CWL = re.compile(r"CWL ?= ?(\d{3,4}(?:\.\d+)?) ?nm", re.IGNORECASE)
_NM = re.compile(r"(?<!\d)(\d{3,4})(?:\.\d+)?(?!\d)")
_HEADING, _CALCULATED = "plate information", "calculated results"
_SECTIONS = ("labels:", "filters:", "aperture:", "mirror modules:", "instrument:", "normalization:", "operations:")
_KEPT = ("plate", "repeat", "barcode", "label", "measinfo")
_EMISSION = {1: ("ems. filter", "emission wavelength"), 2: ("2nd ems. filter", "2nd emission wavelength")}


@dataclass(frozen=True)
class EnvisionGrid:
    """One printed plate of raw results."""

    grid: PrintedGrid
    plate: str
    barcode: str
    repeat: int
    label: str
    mode: str
    unit: str
    wavelength_nm: float | None


@dataclass
class EnvisionExport:
    """Raw results, plate maps (plate number -> well -> code) and what was not read."""

    grids: list[EnvisionGrid] = field(default_factory=list)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def unquoted(cell: str) -> str:
    """Text of a cell that EnVision protects from Excel: ``="0012"`` is ``0012``."""
    text = cell.strip()
    match = _QUOTED.fullmatch(text)
    return match[1] if match else text


def read_envision(page: Page, file: str, remedy: str) -> EnvisionExport:
    """Every plate of raw results with what its section says about it.

    Raises ``BadInputError`` for a section without its heading, an unknown unit, or a file cut off.
    """
    grids, rest = printed_grids(page, has_bare=True)
    refuse_cut_grid(page, grids, file, remedy)
    lines = [line for grid in grids for line in grid.above] + rest
    labels, filters = _settings(lines, "labels:"), _settings(lines, "filters:")
    export = EnvisionExport()
    for grid in grids:
        titles = [title.lower() for title in grid.titles]
        if any(t.startswith(("platemap", "group")) for t in titles) or grid.title.lower().startswith("plate,"):
            _take_map(export, grid)
            continue
        info = _plate_information(grid, page, file, remedy)
        title = next((t for t in reversed(grid.titles) if _RESULTS.match(t)), "")
        if not title and (any(t.startswith(_CALCULATED) for t in titles) or "formula" in info):
            named = next((t for t in grid.titles if t.lower().startswith(_CALCULATED)), info.get("formula", ""))
            export.unread.append(named[:120])
        elif title or "label" in info:
            export.grids.append(_raw_grid(grid, title, info, labels, filters, page, file, remedy))
        elif info or not titles:
            export.unread.append(f"plate at {page.place(grid.line)}")
    export.unread += _beside(lines)
    return export


def _beside(lines: Sequence[Line]) -> list[str]:
    """Settings and whatever else stands beside the plates; of plate information the columns that no table has."""
    found: dict[str, None] = {}
    names: list[str] = []
    for _, cells in lines:
        texts = [unquoted(c) for c in cells]
        if [t.lower() for t in texts[:2]] == ["plate", "repeat"]:
            names = texts
        elif names:
            found |= dict.fromkeys(
                f"{n}: {t}" for n, t in zip(names, texts, strict=False) if t and n.lower() not in _KEPT
            )
            names = []
        elif not _RESULTS.match(texts[0]):
            found[line_text(texts)] = None
    return [text for text in found if text]


def _plate_information(grid: PrintedGrid, page: Page, file: str, remedy: str) -> dict[str, str]:
    """Header and value line below ``Plate information``, by lower-case name."""
    for place, (number, cells) in enumerate(grid.above):
        names = [c.strip().lower() for c in cells]
        if names[:2] != ["plate", "repeat"]:
            continue
        heading = grid.above[place - 1][1][0].strip().lower() if place else ""
        if heading != _HEADING:
            raise bad_input(
                file,
                page.place(number),
                "section_without_heading",
                'the line "Plate information" is missing above this line, so the file was changed after export',
                remedy,
            )
        values = [unquoted(c) for c in grid.above[place + 1][1]] if place + 1 < len(grid.above) else []
        return dict(zip(names, values, strict=False))
    return {}


def _raw_grid(
    grid: PrintedGrid,
    title: str,
    info: Mapping[str, str],
    labels: Mapping[str, Mapping[str, str]],
    filters: Mapping[str, Mapping[str, str]],
    page: Page,
    file: str,
    remedy: str,
) -> EnvisionGrid:
    match = _RESULTS.match(title)
    label = (match["label"] if match else info.get("label", "")).strip()
    channel = int(match["channel"] or 1) if match else 1
    name = re.sub(r"\(\d+\)$", "", label).strip()
    setting = labels.get(name.lower(), {})
    info_text = info.get("measinfo", "")
    found = _mode(match["unit"] if match else None, info_text, name, setting)
    if found is None:
        raise bad_input(
            file,
            page.place(grid.line),
            "unknown_read",
            f'nothing says what {label[:60]!r} measured; a unit such as "(A)", "(Counts)" or a label\'s settings '
            "were expected",
            remedy,
        )
    repeat = info.get("repeat", "1")
    return EnvisionGrid(
        grid,
        plate=info.get("plate", "") or "1",
        barcode=info.get("barcode", ""),
        repeat=int(repeat) if re.fullmatch(r"[0-9]{1,4}", repeat) else 1,
        label=title.removeprefix("Results for ") or label,
        mode=found[0],
        unit=found[1],
        wavelength_nm=_wavelength(found[0], channel, name, setting, filters, info_text),
    )


def _mode(unit: str | None, info: str, name: str, setting: Mapping[str, str]) -> tuple[str, str] | None:
    """Mode and unit, from the results' unit, the way of measuring, the label's settings, its name."""
    if (unit or "").strip().lower() in ("a", "abs", "od"):
        return "absorbance", "OD"
    if re.search(r"De=Abs|Em=N/A", info) and "Ex=N/A" not in info:
        return "absorbance", "OD"
    if "De=Abs" in info:
        return "absorbance", "OD"
    if named := mode_of(name):
        return named
    if setting:
        return ("fluorescence", "RFU") if "exc. filter" in setting else ("luminescence", "RLU")
    if "Ex=" in info:
        return ("luminescence", "RLU") if "Ex=N/A" in info else ("fluorescence", "RFU")
    return None


def _wavelength(
    mode: str,
    channel: int,
    name: str,
    setting: Mapping[str, str],
    filters: Mapping[str, Mapping[str, str]],
    info: str,
) -> float | None:
    """Wavelength that a channel read: of the excitation filter in absorbance, else of the emission filter."""
    keys = ("exc. filter", "excitation wavelength") if mode == "absorbance" else _EMISSION.get(channel, ())
    chosen = next((setting[k] for k in keys if setting.get(k)), "")
    if not chosen and mode == "absorbance":
        chosen = next((setting[k] for k in _EMISSION[1] if setting.get(k)), "")
    described = _CWL.search(filters.get(chosen.lower(), {}).get("description", "")) if chosen else None
    if described:
        return float(described[1])
    stated = re.search(r"Em=(\d{3,4}(?:\.\d+)?) ?nm", info)
    if stated:
        return float(stated[1])
    plain = _NM.search(chosen)
    if not plain and mode == "absorbance":  # a number at the end of a label's name is the plate: "OD450 Abs 384"
        plain = _NM.search(re.sub(r"\b\d{3,4}$", "", name) or name)
    return float(plain[0]) if plain else None


def _settings(lines: Iterable[Line], section: str) -> dict[str, dict[str, str]]:
    """Settings of every item of a section (``Labels:``, ``Filters:``) by lower-case name.

    An item begins with a line of its name and number; it ends where its next name begins.
    """
    found: dict[str, dict[str, str]] = {}
    is_inside, item = False, ""
    for _, cells in lines:
        key = cells[0].strip()
        value = next((c.strip() for c in cells[1:] if c.strip()), "")
        if key.lower() in _SECTIONS:
            is_inside = key.lower() == section
            item = ""
        elif is_inside and key:
            if not item or (re.fullmatch(r"[0-9]+", value) and _begins_item(key)):
                item = key.lower()
                found[item] = {}
            else:
                found[item].setdefault(key.lower(), unquoted(value))
    return found


def _begins_item(key: str) -> bool:
    """Whether a line with a number is an item's name and not one of the settings that are numbers."""
    return not re.match(
        r"(?:number|reference|cycle|delay|total|ct\b|measurement|flash|gain|window|serial)", key, re.IGNORECASE
    )


def _take_map(export: EnvisionExport, grid: PrintedGrid) -> None:
    plate = next(
        (
            unquoted(next((c for c in cells[1:] if c.strip()), ""))
            for _, cells in grid.above
            if cells[0].strip().lower() == "plate"
        ),
        "1",
    )
    codes = {well: text for well, text, _ in grid.wells() if text not in ("", "-")}
    export.maps.setdefault(plate, {}).update(codes)


def role_of_code(code: str) -> str:
    """Role of a well by its code in the plate map: ``BL`` blank, ``UN`` or ``-`` sample, others control."""
    letters = re.match(r"[A-Za-z]*", code)
    name = letters[0].upper() if letters else ""
    return {"BL": "blank", "B": "blank", "UN": "sample", "S": "sample"}.get(name, "control")


def plates_by_number(grids: Sequence[EnvisionGrid]) -> list[str]:
    """Different plates of an export, in order."""
    return list(dict.fromkeys(g.barcode or g.plate for g in grids))
