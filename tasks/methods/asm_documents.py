"""Allotrope simple models (ASM), as allotropy writes them, to readings of wells and counted cells.

Two things that allotropy 0.1.134 writes are not so and are corrected: absorbance is in OD where it says mAU,
and -0.0 beside an error (``OVRFLW``) is no reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.sheets import FileRow
from tasks.methods.counted_cells import at_least_zero, percent
from tasks.methods.grids import well_name
from tasks.methods.headed_tables import MOST_COUNT
from tasks.methods.plate_identity import identify_plate
from tasks.methods.plate_readings import WellText, mode_of

Document = Mapping[str, Any]
_KINDS = ("absorbance", "fluorescence", "luminescence")
_CUBE = re.compile(r"(absorption|fluorescence|luminescence).* data cube", re.IGNORECASE)
_ROLES = (("blank", "blank"), ("standard", "control"), ("control", "control"), ("sample", "sample"))
_OVERFLOW = re.compile(r"ov(?:er|rf)|sat|limit\+|>", re.IGNORECASE)
_PER_HOUR = {"s": 3600.0, "ms": 3.6e6, "min": 60.0, "h": 1.0}
_COUNTED = {
    "total_count": "total cell count",
    "viable_count": "viable cell count",
    "percent_viable": "viability (cell counter)",
    "concentration_per_ml": "total cell density (cell counter)",
    "viable_concentration_per_ml": "viable cell density (cell counter)",
    "diameter_um": "average total cell diameter",
    "dilution": "cell density dilution factor",
}
_READ = {
    *("well plate identifier", "location identifier", "sample identifier", "sample role type", "unit", "value"),
    *("detector wavelength setting", "detection type", "error", "error feature", "measurement time"),
    *("concept", "component datatype", "dimensions", "measures", *_KINDS, *_COUNTED.values()),
    *("measurement identifier", "data source identifier", "processed data identifier", "ASM file identifier"),
}


def technique(document: Document) -> str:
    """What the document is of, e.g. ``plate reader``; empty for none."""
    return next((k.removesuffix(" aggregate document") for k in document if k.endswith(" aggregate document")), "")


def _measurements(document: Document) -> Iterator[tuple[Document, int, Document]]:
    """Aggregate of every measurement, its place in it (from 1) and the measurement."""
    body = document[f"{technique(document)} aggregate document"]
    for part in body.get(f"{technique(document)} document", []):
        aggregate = part["measurement aggregate document"]
        yield from ((aggregate, i, m) for i, m in enumerate(aggregate["measurement document"], start=1))


def plate_texts(document: Document, row: FileRow | None) -> tuple[list[WellText], dict[str, str]]:
    """Readings of a plate reader's document as ``plate_wells`` takes them, and what its words for errors mean."""
    found: list[WellText] = []
    words: dict[str, str] = {}
    start_h = row.time_h if row else None
    measured = list(_measurements(document))
    is_only = len({m["sample document"].get("well plate identifier") for _, _, m in measured}) == 1
    for _, number, m in measured:
        sample = m["sample document"]
        printed = str(sample.get("well plate identifier") or "Plate 1")
        plate, is_explicit = identify_plate(printed, "", row, is_only=is_only)
        place = str(sample.get("location identifier", ""))
        well = well_name(place) or place
        control = (m.get("device control aggregate document") or {}).get("device control document") or [{}]
        nm = _value(control[0].get("detector wavelength setting"))
        role = _role(str(sample.get("sample role type", "")))
        name = str(sample.get("sample identifier", ""))
        is_made_up = name in (f"{printed} {place}", f"{printed}_{place}", place, "N/A", "")
        said = None if is_made_up or role == "blank" else name
        error = _error(m)
        if error:
            words[error.lower()] = "overflow" if _OVERFLOW.search(error) else "missed"
        for kind, elapsed, wavelength, value in _values(m):
            mode, unit = mode_of(kind) or (kind, "")
            time_h = start_h if elapsed is None else elapsed + (start_h or 0)
            found.append(
                WellText(
                    *(plate, is_explicit, well, time_h, mode, f"{mode} {number}", wavelength or nm),
                    *(said, role or ("sample" if said else None), error or _printed(value), unit, f"plate {printed}"),
                )
            )
    return found, words


def _values(m: Document) -> Iterator[tuple[str, float | None, float | None, float | None]]:
    """Kind, hours, wavelength and value of every number of a measurement."""
    for kind in _KINDS:
        if kind in m:
            yield kind, None, None, _value(m[kind])
    for name, cube in m.items():
        if not (match := _CUBE.fullmatch(name)):
            continue
        kind = "absorbance" if match[1].lower() == "absorption" else match[1].lower()
        axis, data = cube["cube-structure"]["dimensions"][0], cube["data"]
        for x, value in zip(data["dimensions"][0], data["measures"][0], strict=False):
            if "time" in str(axis.get("concept", "")):
                yield kind, x / _PER_HOUR.get(str(axis.get("unit", "s")), 3600.0), None, value
            else:
                yield kind, None, x, value


def count_rows(document: Document) -> list[dict[str, object]]:
    """Rows of counted cells of a cell counter's document; densities per mL, diameters in µm."""
    rows: list[dict[str, object]] = []
    for aggregate, _, m in _measurements(document):
        processed = (m.get("processed data aggregate document") or {}).get("processed data document") or [{}]
        values = {**processed[0].get("data processing document", {}), **processed[0]}
        row: dict[str, object] = {}
        for column, name in _COUNTED.items():
            value = at_least_zero(_scaled(values.get(name)))
            if column.endswith("_count"):
                row[column] = int(value) if value is not None and value == int(value) <= MOST_COUNT else None
            else:
                row[column] = percent(value) if column == "percent_viable" else value
        name = str(m["sample document"].get("sample identifier", ""))
        row |= {"sample_name": name or None, "field": name or "N/A", "dilution": row["dilution"] or None}
        time = m.get("measurement time") or aggregate.get("measurement time")
        row["measured_on"] = str(time)[:19] if time else None
        rows.append(row)
    return rows


def unread_paths(document: Document) -> tuple[str, ...]:
    """Names of the document's fields that no table holds, with the field above them; each once."""
    return tuple(dict.fromkeys(_paths(document, "")))


def _paths(part: object, above: str) -> Iterator[str]:
    if isinstance(part, Mapping):
        for name, inner in part.items():
            if isinstance(inner, Mapping | list):
                if name not in _READ:
                    yield from _paths(inner, name)
            elif name not in _READ or above.startswith("custom information"):
                yield f"{above}: {name}" if above else name
            elif name == "value" and above not in _READ:
                yield above
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for inner in part:
            yield from _paths(inner, above)


def _error(m: Document) -> str:
    errors = (m.get("error aggregate document") or {}).get("error document") or []
    return str(errors[0].get("error", "")).strip() or "error" if errors else ""


def _role(text: str) -> str | None:
    return next((role for word, role in _ROLES if word in text.lower()), None)


def _printed(value: float | None) -> str:
    return "" if value is None else repr(value)


def _value(quantity: object) -> float | None:
    value = quantity.get("value") if isinstance(quantity, Mapping) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _scaled(quantity: object) -> float | None:
    """A quantity with its power of ten taken in, e.g. 3 of ``10^6 cells/mL`` is 3,000,000."""
    value, unit = _value(quantity), str(quantity.get("unit", "")) if isinstance(quantity, Mapping) else ""
    power = re.match(r"10\^(\d{1,2})", unit)
    return value * 10 ** int(power[1]) if value is not None and power else value
