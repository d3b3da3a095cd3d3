"""Malvern NanoSight NTA 3.x experiment summaries: size distributions of one or more captures."""

from __future__ import annotations

import itertools

import numpy as np

from schemas.errors import BadInputError, bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.bracketed_sections import Rows, sections, values
from tasks.methods.dilutions import checked, resolve
from tasks.methods.file_samples import declared_dilution, sample_of
from tasks.methods.instrument_times import iso_times
from tasks.methods.numbers import DecimalMark, decimal_mark, read_numbers
from tasks.methods.particle_captures import STATED, Capture, capture_frames, capture_problems, track_count
from tasks.methods.particle_sizes import Array
from tasks.methods.signatures import NANOSIGHT, recognise

ASSAY = "particle_size"
_REMEDY = "Export the experiment summary again from NTA (csv, number-weighted size distribution)."
_NOT_CAPTURES = ("", "average", "standard error")
_STATED = dict(zip(("mean", "mode", "sd", "d10", "d50", "d90"), STATED, strict=True))
_READ = {
    *("sample name", "time captured", "filename", "dilution factor", "concentration (particles / ml)"),
    *("particles per frame", "valid tracks", "validity of concentration measurement"),
    *_STATED,
}
_GOOD = ("", "ok", "no", "not recorded")


def claims(raw: RawFile, context: Context) -> bool:
    """Whether NTA wrote the file."""
    return context.assay in (None, ASSAY) and recognise(raw.head, raw.name) == NANOSIGHT


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every capture's bins into ``core.particle_sizes`` and what they amount to into ``core.particle_summaries``.

    Concentrations of files that state a dilution factor are multiplied by it already (NTA 3.4); where none is recorded
    (3.2), the column `dilution` of files.csv is applied, and without it concentrations are null. The average column is
    computed again as ``pooled``. Raises ``BadInputError`` for a file without bins, cut off, or with text for numbers.
    """
    found = sections(raw, NANOSIGHT)
    data, others = _number_weighted(found, raw.name)
    start = next((i for i, (_, c) in enumerate(data or ()) if c[0].lower().startswith("bin centre")), None)
    if data is None or start is None:
        what = "has no section [Size Data]" if data is None else "has no table that begins with Bin centre (nm)"
        raise bad_input(raw.name, "", "no_size_data", f"the file {what}; the size bins were expected", _REMEDY)
    names, places = _captures(data, data[start], raw.name)
    mark = decimal_mark([c for _, cells in data[start + 1 :] for c in cells[:2]], is_grouped=False)
    centres, printed = _bins(data, start, places, mark, raw.name)
    results = found.get("Results", [])
    details = found.get("Experiment Details", [])
    captures = [
        _capture(name, at, printed[:, i], results, found, data, context, mark)
        for i, (name, at) in enumerate(zip(names, places, strict=True))
    ]
    (measured_on,) = iso_times([" ".join(values(details, "Time Captured") or [])], is_day_first=True)
    sample = sample_of(raw, context, next(iter(values(details, "Sample Name") or []), None))
    return Parsed(
        capture_frames(captures, centres, sample=sample, context=context, measured_on=measured_on),
        tuple(capture_problems(captures, centres, raw.name, context)),
        (*_unread(found), *(f"Size Data: {name} weighting" for name in others)),
    )


def _number_weighted(found: dict[str, Rows], file: str) -> tuple[Rows | None, tuple[str, ...]]:
    """Give the size data weighted by number, and the names of the other weightings.

    NTA prints the same bins once or more: particles, their surface and their volume per mL. Only the first are
    concentrations. Raises ``BadInputError`` when only others were exported.
    """
    tables: dict[str, Rows] = {}
    for name, rows in found.items():
        if not name.lower().startswith("size data"):
            continue
        starts = [i for i, (_, cells) in enumerate(rows) if cells[0].lower().rstrip(":") == "weighting"]
        if not starts:
            tables.setdefault("Number", rows)
        for start, end in itertools.pairwise([*starts, len(rows)]):
            cells = rows[start][1]
            tables.setdefault((cells[1] if len(cells) > 1 else "") or "Number", rows[start:end])
    number = next((w for w in tables if w.lower().startswith("number")), None)
    if tables and number is None:
        message = f"the sizes are weighted by {' and '.join(tables).lower()}; particles per mL need number weighting"
        place = f"line {next(iter(tables.values()))[0][0]}, Weighting"
        raise bad_input(file, place, "no_number_weighting", message, _REMEDY, next(iter(tables)))
    return (tables[number] if number else None), tuple(w for w in tables if w != number)


def _captures(data: Rows, header: tuple[int, list[str]], file: str) -> tuple[list[str], list[int]]:
    """Name and column (from 0, after the first) of every capture; averages are none."""
    names = values(data, "Filename")
    if names is None:
        names = ["" if i else "1" for i in range(len(header[1]) - 1)]
    places = [i for i, name in enumerate(names) if name.lower() not in _NOT_CAPTURES]
    if not places:
        place = f"line {header[0]}"
        raise bad_input(file, place, "no_captures", "no capture is named; at least one was expected", _REMEDY)
    found: list[str] = []
    for i in places:
        name, number = names[i], 2
        while name in found or name == "pooled":
            name, number = f"{names[i]} ({number})", number + 1
        found.append(name)
    return found, places


def _bins(data: Rows, start: int, places: list[int], mark: DecimalMark, file: str) -> tuple[Array, Array]:
    """Bin centres (n,) and particles per mL, (n, captures)."""
    rows: list[tuple[int, list[str]]] = []
    for line, cells in data[start + 1 :]:
        if not any(cells) or cells[0].lower().startswith("percentile"):
            break
        rows.append((line, cells))
    width = max(places) + 2
    short = next((line for line, cells in rows if len(cells) < width), None)
    if short is not None or len(rows) <= 1:
        place = f"line {short or data[start][0]}"
        raise bad_input(file, place, "cut_off", "the table of size bins ends in the middle", _REMEDY)
    columns = [0, *(p + 1 for p in places)]
    texts = [cells[c] for _, cells in rows for c in columns]
    read = read_numbers(texts, mark)
    numbers = read["value"].to_numpy().reshape(len(rows), len(columns))
    bad = np.argwhere(np.isnan(numbers) | (numbers < 0))
    if len(bad):
        raise _not_a_number(file, rows[bad[0][0]], columns[bad[0][1]])
    centres = numbers[:, 0]
    falling = np.flatnonzero((np.diff(centres) <= 0) | (centres[:-1] <= 0))
    if len(falling):
        raise bad_input(
            file,
            f"line {rows[falling[0] + 1][0]}",
            "bins_not_increasing",
            f"bin centre {rows[falling[0] + 1][1][0]!r} is not above the one before; sizes must increase",
            _REMEDY,
        )
    return centres, numbers[:, 1:]


def _not_a_number(file: str, row: tuple[int, list[str]], column: int) -> BadInputError:
    text = row[1][column]
    message = f"{text!r} is no concentration; a number from 0 up was expected"
    return bad_input(file, f"line {row[0]}, column {column + 1}", "not_a_number", message, _REMEDY, text)


def _capture(
    name: str,
    at: int,
    printed: Array,
    results: Rows,
    found: dict[str, Rows],
    data: Rows,
    context: Context,
    mark: DecimalMark,
) -> Capture:
    def number(rows: Rows, *starts: str) -> float | None:
        cells = values(rows, *starts) or []
        value: float | None = read_numbers([cells[at] if at < len(cells) else None], mark)["value"][0]
        return value

    total = number(results, "Concentration (Particles")
    stated = number(results, "Dilution factor")
    is_applied = values(results, "Dilution factor (concentrations adjusted") is not None
    declared = declared_dilution(context)
    dilution = resolve(stated if stated is not None and stated >= 1 else None, declared, is_applied=is_applied)
    per_frame = number(results, "Particles per frame")
    tracks = number(data, "Valid Tracks")
    return Capture(
        name,
        printed,
        checked(dilution, printed=float(printed.sum()), stated=total, per_frame=per_frame),
        {column: number(data, title) for title, column in _STATED.items()},
        total,
        track_count(tracks),
        _warnings(found.get("Concentration Warnings", []), at),
    )


def _warnings(rows: Rows, at: int) -> tuple[str, ...]:
    """The instrument's own warnings of a capture."""
    said = [(cells[0], cells[at + 1]) for _, cells in rows[1:] if len(cells) > at + 1]
    return tuple(f"{key}: {text}".lower() for key, text in said if key and text.lower() not in _GOOD)


def _unread(found: dict[str, Rows]) -> tuple[str, ...]:
    """Keys of the file that no table holds, with their section."""
    keys = dict.fromkeys(
        f"{name}: {cells[0]}"
        for name, rows in found.items()
        for _, cells in rows[1:]
        if cells[0]
        and not cells[0][0].isdigit()
        and not cells[0].lower().rstrip(":").startswith(tuple(_READ))
        and not cells[0].lower().startswith(("bin centre", "graph data"))
    )
    columns = {f"{name}: {cell}": None for name, rows in found.items() for cell in rows[0][1][1:] if rows and cell}
    return tuple(keys | columns)


PARSER = Parser(
    name="nanosight",
    version="1",
    product=NANOSIGHT,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
