"""A file of layouts/ to wells or lanes, in any of the three forms that people write.

A list (``well,sample,role``), a picture of the plate (a grid of sample ids with or without row
letters and column numbers), or the lanes of a gel (``lane,sample,role``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise
from typing import TypeVar

from schemas.errors import Problem, Severity
from schemas.sheets import Layout, LayoutLane, LayoutWell
from tasks.methods.grids import row_letters, well_name
from tasks.methods.id_matching import KnownIds, folded
from tasks.methods.problem_lists import shown
from tasks.methods.sheet_rows import read_rows
from tasks.methods.sheets import Cells, Row, Sheet, read_cells, read_sheet

_PLATES = ((8, 12), (16, 24), (32, 48))
ROWS, COLUMNS = _PLATES[-1]
_WELL_COLUMNS = ("well", "sample", "role", "time_h", "target", "blank_for")
_LANE_COLUMNS = ("lane", "sample", "role")
_SLIP = 0.75  # similarity of a role to a cell that is a slip of it: blnk, blk, emtpy
_ROLES = ("sample", "blank", "control", "empty")
_FORMS = "expected columns well,sample,role or lane,sample,role, or a grid of sample ids (8 x 12, 16 x 24, 32 x 48)"

Place = TypeVar("Place", LayoutWell, LayoutLane)
_ROW_LETTERS = tuple(row_letters(i) for i in range(ROWS))


def read_layout(name: str, data: bytes, sample_ids: frozenset[str]) -> tuple[Layout, list[Problem]]:
    """Read layouts/NAME.csv; ``name`` is the path in the study.

    A sheet that cannot be read at all is fatal. Everything else wrong in it is local: the
    layout says so in ``problem``, and files that use it are quarantined. A cell of a grid is a
    sample where samples.csv knows it, else a role (blank, control, empty, in any case), else
    an unknown sample.
    """
    key = name.removeprefix("layouts/")
    key = key[:-4] if key.lower().endswith(".csv") else key
    layout = Layout(name=key, sha256=hashlib.sha256(data).hexdigest())
    cells = read_cells(name, data)
    if cells.is_unreadable:
        return layout, list(cells.problems)
    header = [c.casefold() for c in cells.rows[0][1]] if cells.rows else []
    if "well" in header:
        wells, problems = _listed_wells(name, data, sample_ids)
        layout = layout.model_copy(update={"wells": wells})
    elif "lane" in header:
        lanes, problems = _lanes(name, data)
        layout = layout.model_copy(update={"lanes": lanes})
    else:
        wells, problems = _grid(cells, sample_ids)
        layout = layout.model_copy(update={"wells": wells})
        problems = [*cells.problems, *problems]
    broken = [p for p in problems if p.severity is Severity.LOCAL]
    if broken:
        layout = layout.model_copy(update={"problem": str(broken[0])})
    return layout, problems


def _local(name: str, line: int, column: str, value: str, rule: str, message: str, remedy: str) -> Problem:
    place = f"line {line}, column {column}" if column else f"line {line}"
    return Problem(Severity.LOCAL, name, place, shown(value), rule, message, remedy)


def _softened(problems: Sequence[Problem]) -> list[Problem]:
    """Only the files that use a layout suffer from its broken rows."""
    return [replace(p, severity=Severity.LOCAL) if p.severity is Severity.FATAL else p for p in problems]


def _sheet(name: str, data: bytes, known: Sequence[str]) -> tuple[Sheet, list[Problem]]:
    """Read a list with its problems; a column that no layout has is not read, which is said."""
    sheet = read_sheet(name, data, known, known[:2], is_open=True)
    problems = [p for p in sheet.problems if p.rule != "unknown_column"]
    unused = KnownIds(c for c in known if c not in sheet.columns)
    for column in sheet.extra:
        message = f"column '{shown(column)}' is not read"
        remedy = unused.suggestion(column, f"Columns that are: {', '.join(known)}.")
        problems.append(Problem(Severity.WARNING, name, "line 1", shown(column), "unknown_column", message, remedy))
    return sheet, _softened(problems)


def _rows_with_roles(sheet: Sheet, sample_ids: frozenset[str]) -> Sheet:
    """A row without a role has the one that its sample cell tells; roles are read in any case."""
    rows = []
    for row in sheet.rows:
        cells = {c: v for c, v in row.cells.items() if c not in sheet.extra}
        sample, role = cells.get("sample", ""), cells.get("role", "").casefold()
        if not role:
            role = sample.casefold() if sample not in sample_ids and sample.casefold() in _ROLES[1:] else ""
            role = role or ("sample" if sample else "empty")
        if role != "sample" and sample not in sample_ids and sample.casefold() in _ROLES:
            cells["sample"] = ""
        rows.append(Row(row.line, {**cells, "role": role}))
    return replace(sheet, rows=tuple(rows), extra=())


def _listed_wells(name: str, data: bytes, sample_ids: frozenset[str]) -> tuple[tuple[LayoutWell, ...], list[Problem]]:
    sheet, problems = _sheet(name, data, _WELL_COLUMNS)
    rows = []
    for row in _rows_with_roles(sheet, sample_ids).rows:
        text = row.cells.get("well", "")
        well = well_name(text)
        if well is None:
            message = f"'{shown(text)}' is no well"
            remedy = "Write a row letter and a column, such as A01 or B12."
            problems.append(_local(name, row.line, "well", text, "unknown_well", message, remedy))
        else:
            rows.append(Row(row.line, {**row.cells, "well": well}))
    found, wrong = read_rows(replace(sheet, rows=tuple(rows), extra=()), LayoutWell, numbers=["time_h"])
    problems += _softened(wrong)
    found = _whole(found, wrong)
    for one in found:
        if one.role == "sample" and one.sample is None:
            message = f"well {one.well} has the role sample but names none"
            remedy = "Name its sample, or write the role empty or blank."
            problems.append(_local(name, one.line, "sample", "", "missing_sample", message, remedy))
    kept, twice = _once(name, found, "well", lambda w: (w.well, w.time_h, w.target), lambda w: w.well)
    return kept, problems + twice


def _lanes(name: str, data: bytes) -> tuple[tuple[LayoutLane, ...], list[Problem]]:
    sheet, problems = _sheet(name, data, _LANE_COLUMNS)
    sheet = replace(sheet, rows=tuple(Row(r.line, {c: r.cells.get(c, "") for c in _LANE_COLUMNS}) for r in sheet.rows))
    found, wrong = read_rows(replace(sheet, extra=()), LayoutLane)
    kept, twice = _once(name, _whole(found, wrong), "lane", lambda x: x.lane, lambda x: str(x.lane))
    return kept, [*problems, *_softened(wrong), *twice]


def _whole(found: Sequence[Place], wrong: Sequence[Problem]) -> list[Place]:
    """The places of rows without a broken cell."""
    broken = {p.place.split(",")[0] for p in wrong}
    return [one for one in found if f"line {one.line}" not in broken]


def _once(
    name: str, found: Sequence[Place], what: str, key: Callable[[Place], object], label: Callable[[Place], str]
) -> tuple[tuple[Place, ...], list[Problem]]:
    first: dict[object, Place] = {}
    problems = []
    for one in found:
        earlier = first.setdefault(key(one), one)
        if earlier is not one:
            message = f"{what} {label(one)} already stands on line {earlier.line}"
            remedy = f"Keep one row a {what}."
            problems.append(_local(name, one.line, what, label(one), f"duplicated_{what}", message, remedy))
    return tuple(first.values()), problems


def _grid(cells: Cells, sample_ids: frozenset[str]) -> tuple[tuple[LayoutWell, ...], list[Problem]]:
    rows = list(cells.rows)
    if not rows:
        return (), [_local(cells.name, 1, "", "", "layout_form", "the layout is empty", f"It is {_FORMS}.")]
    numbers = _column_numbers(rows[0][1])
    labelled = [row for row in rows[1:] if row[1][0].upper() in _ROW_LETTERS] if numbers else []
    if numbers and len(labelled) == len(rows) - 1:
        problems = _repeated_rows(cells.name, labelled)
        named = [(line, r[0].upper(), dict(zip(numbers, r[1:], strict=False))) for line, r in labelled]
        stray = next(((line, r) for line, r in labelled if any(r[len(numbers) + 1 :])), None)
        if stray:
            message = f"the row has more cells than the {len(numbers)} numbered columns"
            problems.append(_local(cells.name, stray[0], "", "", "layout_form", message, "Number every column."))
    elif not numbers and (plate := _bare_plate(cells.lines)):
        problems = []
        high, wide = plate
        named = [
            (line, _ROW_LETTERS[at], dict(enumerate((*r, *[""] * (wide - len(r)))[:wide], start=1)))
            for at, (line, r) in enumerate(cells.lines[:high])
        ]
    else:
        message = f"{len(rows)} rows of up to {max(len(r) for _, r in rows)} cells are no layout"
        remedy = f"{_FORMS[0].upper()}{_FORMS[1:]}."
        return (), [_local(cells.name, rows[0][0], "", rows[0][1][0], "layout_form", message, remedy)]
    wells = [
        _grid_well(f"{letter}{column:02d}", cell, line, sample_ids)
        for line, letter, values in named
        for column, cell in values.items()
    ]
    return tuple({w.well: w for w in reversed(wells)}.values())[::-1], problems


def _column_numbers(header: Sequence[str]) -> list[int]:
    """Numbers over a labelled grid (``,1,2,3…``); empty where the first row is none."""
    titles = list(header[1:])
    while titles and not titles[-1]:
        titles.pop()
    if not titles or not all(re.fullmatch(r"0*[1-9][0-9]?", t) for t in titles):
        return []
    numbers = [int(t) for t in titles]
    is_counting = all(b == a + 1 for a, b in pairwise(numbers))
    return numbers if is_counting and numbers[0] == 1 and numbers[-1] <= COLUMNS and not header[0].isdecimal() else []


def _bare_plate(lines: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, int] | None:
    """The plate whose rows a grid without labels has, counted with or without empty ones at the end; else null."""
    filled = [at for at, (_, r) in enumerate(lines, start=1) if any(r)]
    used = max(max((at for at, cell in enumerate(r, start=1) if cell), default=0) for _, r in lines)
    return next((p for p in _PLATES if p[0] in (len(lines), filled[-1]) and p[1] / 2 < used <= p[1]), None)


def _repeated_rows(name: str, labelled: Sequence[tuple[int, Sequence[str]]]) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for line, row in labelled:
        letter = row[0].upper()
        if first.setdefault(letter, line) != line:
            message = f"row {letter} of the plate already stands on line {first[letter]}"
            remedy = "Keep one row a letter."
            problems.append(_local(name, line, "", letter, "duplicated_well", message, remedy))
    return problems


def _grid_well(well: str, cell: str, line: int, sample_ids: frozenset[str]) -> LayoutWell:
    role = cell.casefold()
    if not cell or (role in _ROLES[1:] and cell not in sample_ids):
        return LayoutWell.model_validate({"well": well, "role": role or "empty", "line": line})
    return LayoutWell(well=well, sample=cell, line=line)


def nearest_role(cell: str, samples: Collection[str]) -> str | None:
    """The role of a well without a sample that a cell is a slip of (``blnk``); null where it may be a sample's name."""
    names = {folded(s) for s in samples}
    near = get_close_matches(folded(cell), ("blank", "empty"), n=1, cutoff=_SLIP)
    return near[0] if near and folded(cell) not in names else None


def unknown_samples(layout: Layout, known: KnownIds) -> list[tuple[int, str]]:
    """Line and id of the samples that a layout names and the study does not know, each once."""
    found: dict[str, int] = {}
    ids = set(known.ids)
    named = [(p.sample, p.line) for p in layout.wells] + [(p.sample, p.line) for p in layout.lanes]
    for sample, line in named:
        if sample and sample not in ids:
            found.setdefault(sample, line)
    return [(line, sample) for sample, line in found.items()]
