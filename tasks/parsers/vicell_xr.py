"""Beckman Coulter Vi-CELL XR: the report of one cuvette as text, or a workbook with one cuvette a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.counted_cells import TABLE, at_least_zero, count_frame, count_problems, percent
from tasks.methods.instrument_times import iso_times
from tasks.methods.lines import read_content
from tasks.methods.numbers import decimal_mark, read_numbers
from tasks.methods.signatures import VICELL_XR, recognise_file
from tasks.methods.text import decode
from tasks.methods.workbooks import is_workbook, read_sheets

ASSAY = "cell_counts"
_REMEDY = "Export the samples again from the Vi-CELL XR, as text or as a workbook."
_MILLION = 1e6
_MOST_COUNT = 10**12
_MOST_PREFACE = 40  # rows before the titles; there are three
# The report, workbooks of 2.04 and those of 2.06 name the same quantities differently.
_NAMES = {
    "sample": ("sample id",),
    "total_count": ("total cells",),
    "viable_count": ("viable cells",),
    "percent_viable": ("viability (%)",),
    "total": ("total cells / ml (x 10^6)",),
    "viable": ("total viable cells / ml (x 10^6)", "viable cells / ml (x 10^6)"),
    "diameter_um": ("average diameter (microns)", "avg. diam. (microns)"),
    "dilution": ("dilution", "dilution factor"),
    "time": ("rundate", "sample date/time", "sample date", "logdate"),
}
_NUMBERS = ("total_count", "viable_count", "percent_viable", "total", "viable", "diameter_um", "dilution")
_USED = {re.sub(r"\s+", "", name) for names in _NAMES.values() for name in names}
_ERRORS = ("error", "failed")
Cuvette = Mapping[str, tuple[str, str]]  # plain key -> place and text


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a Vi-CELL XR wrote the file."""
    return context.assay in (None, ASSAY) and recognise_file(raw) == VICELL_XR


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read every cuvette into ``core.cell_counts``; densities are printed in millions per mL, dilution applied.

    Histograms and settings are listed as unread. Rows of a workbook without a date are its hidden empty ones.
    Raises ``BadInputError`` for a file without results, or with text where a number belongs.
    """
    content = read_content(raw, VICELL_XR)
    titles: dict[str, str] = {}
    cuvettes = list(_rows(raw, content, titles) if is_workbook(content) else _report(decode(content), titles))
    if not cuvettes or not any(_text(c, n)[1] for c in cuvettes for n in ("total_count", "viable", "percent_viable")):
        message = "the file has no results; lines or columns such as Total cells and Viability (%) were expected"
        raise bad_input(raw.name, "", "no_counts", message, _REMEDY)
    mark = decimal_mark([_text(c, n)[1] for c in cuvettes for n in _NUMBERS], is_grouped=False)
    times = iso_times([_text(c, "time")[1] for c in cuvettes])
    rows = []
    for number, (one, time) in enumerate(zip(cuvettes, times, strict=True), start=1):
        values = {name: _number(one, name, mark, raw.name) for name in _NUMBERS}
        name = _text(one, "sample")[1]
        rows.append(
            {
                "field": name or f"row {number}",
                "sample_name": context.row.sample if context.row and context.row.sample else name or None,
                "total_count": _count(values["total_count"]),
                "viable_count": _count(values["viable_count"]),
                "percent_viable": percent(values["percent_viable"]),
                "concentration_per_ml": _per_ml(values["total"]),
                "viable_concentration_per_ml": _per_ml(values["viable"]),
                "diameter_um": at_least_zero(values["diameter_um"]),
                "dilution": values["dilution"] if (values["dilution"] or 0) > 0 else None,
                "measured_on": time,
                "flag": "unreadable" if _text(one, "total_count")[1].lower() in _ERRORS else None,
            }
        )
    counts = count_frame(rows, context)
    unread = tuple(title for key, title in titles.items() if key not in _USED)
    return Parsed({TABLE: counts}, tuple(count_problems(counts, raw, context)), unread)


def _plain(title: str) -> str:
    """Key without the blanks that versions place differently: ``Total cells/ml (x10^6)``."""
    return re.sub(r"\s+", "", title).lower()


def _report(text: str, titles: dict[str, str]) -> Iterator[Cuvette]:
    """Give the one cuvette of a report: lines ``key : value`` in sections."""
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        key, colon, value = line.partition(":")
        if colon and value.strip():
            titles.setdefault(_plain(key), key.strip())
            found.setdefault(_plain(key), (f"line {number}, {key.strip()}", value.strip()))
    yield found


def _rows(raw: RawFile, content: bytes, titles: dict[str, str]) -> Iterator[Cuvette]:
    """Rows of the first sheet below its header, whose titles stand in two rows."""
    rows = next(iter(read_sheets(content, raw.name).values()), [])
    headers = {i: _joined(rows, i) for i in range(min(len(rows), _MOST_PREFACE))}
    known = {i: sum(_plain(title) in _USED for title in header) for i, header in headers.items()}
    # The titles fill two rows; a pair that reaches above or below them has fewer of the known ones.
    start = max(known, key=lambda i: known[i], default=None)
    if start is None or not known[start]:
        return
    header = headers[start]
    titles.update({_plain(title): title for title in header if title})
    for number, cells in enumerate(rows[start + 2 :], start=start + 3):
        found = {
            _plain(title): (f"row {number}, {title}", text.strip())
            for title, text in zip(header, cells, strict=False)
            if title
        }
        if iso_times([_text(found, "time")[1]])[0]:
            yield found


def _joined(rows: Sequence[Sequence[str]], start: int) -> list[str]:
    lower = rows[start + 1] if start + 1 < len(rows) else []
    width = max(len(rows[start]), len(lower))
    upper = [*rows[start], *[""] * (width - len(rows[start]))]
    return [f"{a} {b}".strip() for a, b in zip(upper, [*lower, *[""] * (width - len(lower))], strict=True)]


def _text(one: Cuvette, name: str) -> tuple[str, str]:
    keys = (_plain(n) for n in _NAMES[name])
    return next((one[k] for k in keys if k in one), ("", ""))


def _number(one: Cuvette, name: str, mark: str, file: str) -> float | None:
    place, text = _text(one, name)
    value, flag = read_numbers([text], "," if mark == "," else ".").row(0)
    if flag == "unreadable" and text.lower() not in _ERRORS:
        raise bad_input(file, place, "not_a_number", f"{text!r} is no number", _REMEDY, text)
    return None if value is None else float(value)


def _count(value: float | None) -> int | None:
    return round(value) if value is not None and 0 <= value <= _MOST_COUNT else None


def _per_ml(millions: float | None) -> float | None:
    return None if millions is None or millions < 0 else millions * _MILLION


PARSER = Parser(
    name="vicell_xr",
    version="1",
    product=VICELL_XR,
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
)
