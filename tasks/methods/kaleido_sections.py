"""The sections of a Revvity Kaleido export: printed plates and how each measurement was made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.errors import bad_input
from tasks.methods.pages import Page
from tasks.methods.plate_readings import mode_of
from tasks.methods.printed_grids import Line, PrintedGrid, printed_grids, refuse_cut_grid

_RESULT = re.compile(r"Results? for (.+)", re.IGNORECASE)
_INLINE = re.compile(
    r"(?P<key>Barcode|PlateRepeat|WellRepeat|[A-Z][A-Za-z ]+): (?P<value>.*?)(?=, [A-Z][A-Za-z ]+: |$)"
)
_NM = re.compile(r"\d{3,4}(?:\.\d+)?")
_NAMES = ("tech", "operation")
_EXCITATION = ("excitation wavelength [nm]", "exc. filter [nm]")
_EMISSION = ("emission wavelength [nm]", "ems. filter [nm]", "emission filter")


@dataclass(frozen=True)
class KaleidoGrid:
    """One printed plate of a measurement."""

    grid: PrintedGrid
    name: str
    barcode: str
    repeat: str  # empty for the only one
    mode: str
    unit: str
    wavelength_nm: float | None


@dataclass
class KaleidoExport:
    """Raw results, the plate map (well -> code), and what was not read."""

    grids: list[KaleidoGrid] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def read_kaleido(page: Page, file: str, remedy: str) -> KaleidoExport:
    """Every printed plate of a measurement; analysis results are listed as unread.

    Raises ``BadInputError`` for a measurement whose mode is not known, and a file cut off.
    """
    grids, rest = printed_grids(page)
    refuse_cut_grid(page, grids, file, remedy)
    lines = [line for grid in grids for line in grid.above] + rest
    operations = _operations(lines)
    export = KaleidoExport()
    for grid in grids:
        named = next((m for t in reversed(grid.titles) if (m := _RESULT.match(t))), None)
        if any(t.lower().startswith("platemap") for t in grid.titles):
            export.codes.update({well: text for well, text, _ in grid.wells() if text not in ("", "-")})
        elif named is None or any("analysisparameter:" in "".join(c).lower().replace(" ", "") for _, c in grid.above):
            last = ",".join(grid.above[-1][1]).strip(", ") if grid.above else ""
            export.unread.append(last[:120] or f"plate at {page.place(grid.line)}")
        else:
            export.grids.append(_measured(grid, named[1].strip(), operations, page, file, remedy))
    export.unread += [
        f"{line[0].strip().rstrip(':')}: {value}"
        for _, line in lines
        if line and not line[0].startswith("Result") and (value := _value(line)) and _is_setting(line)
    ]
    return export


def _measured(
    grid: PrintedGrid, name: str, operations: dict[str, dict[str, str]], page: Page, file: str, remedy: str
) -> KaleidoGrid:
    setting = operations.get(name.lower(), {})
    found = mode_of(name) or next((mode for v in setting.values() if (mode := mode_of(v))), None)
    if found is None:
        raise bad_input(
            file,
            page.place(grid.line),
            "unknown_read",
            f"{name[:60]!r} is no measurement that is known; absorbance, fluorescence or luminescence was expected",
            remedy,
            name[:60],
        )
    barcode, repeat = _identity(grid.above)
    keys = _EXCITATION if found[0] == "absorbance" else _EMISSION
    chosen = next((nm for k in keys if (nm := _NM.search(setting.get(k, "")))), None)
    return KaleidoGrid(grid, name, barcode, repeat, *found, float(chosen[0]) if chosen else None)


def _identity(above: Sequence[Line]) -> tuple[str, str]:
    """Barcode and repeat: ``Barcode: X, PlateRepeat: 1`` in one line, or a header with a line of values."""
    for place, (_, cells) in enumerate(above):
        if cells[0].strip().lower().startswith("barcode:"):
            pairs = {m["key"].strip().lower(): m["value"].strip() for m in _INLINE.finditer(",".join(cells))}
            numbers = [pairs.get("platerepeat", "1"), pairs.get("wellrepeat", "1")]
            return pairs.get("barcode", ""), "" if set(numbers) == {"1"} else "/".join(numbers)
        names = [c.strip().lower() for c in cells]
        if names[:2] == ["barcode", "repeat"] and place + 1 < len(above):
            values = dict(zip(names, (c.strip() for c in above[place + 1][1]), strict=False))
            repeats = [values.get(k, "") for k in ("repeat", "loop no")]
            return values.get("barcode", ""), "" if set(repeats) <= {"", "1"} else "/".join(filter(None, repeats))
    return "", ""


def _operations(lines: Sequence[Line]) -> dict[str, dict[str, str]]:
    """Settings of every measurement by its lower-case name; a block begins with its ``Tech`` or ``Operation``."""
    found: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for _, cells in lines:
        key, value = cells[0].strip().lower(), _value(cells)
        if key in _NAMES and value:
            current = found.setdefault(value.lower(), {})
        elif key and value:
            current.setdefault(key, value)
    return found


def _value(cells: Sequence[str]) -> str:
    return next((c.strip() for c in cells[1:] if c.strip()), "")


def _is_setting(cells: Sequence[str]) -> bool:
    """Whether a line names one value: a key, empty cells, the value."""
    return bool(cells[0].strip()) and sum(bool(c.strip()) for c in cells) == 2  # noqa: PLR2004
