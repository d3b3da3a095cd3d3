"""Frames held against their table's declaration, and what breaks it, in words for a biologist."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from schemas.base import Table, columns
from schemas.checks import Check, Kind, checks
from schemas.errors import DeclarationError, Problem, Severity
from schemas.expectations import broken_checks

GX_ROWS = 1_000_000  # Great Expectations needs 5 s for them; above, polars decides on the same checks
SHOWN_ROWS = 20
_ROW, _OBJECT = "__row", "object_id"


@dataclass(frozen=True)
class Violation:
    """One check that a frame fails, and its first offending rows."""

    check: str  # machine name, e.g. "cq_between"
    kind: Kind
    column: str  # the key's columns, comma list, where the key is repeated
    rule: str  # what must hold: "must be at least 0 cycle and at most 60 cycle"
    rows: tuple[int, ...]  # indices from 0, the first 20
    values: tuple[str, ...]  # what stands in those rows
    places: tuple[str, ...]  # where those rows are: "well B03, target GAPDH"
    count: int  # offending rows in all


def validate(frame: pl.DataFrame, table: type[Table]) -> list[Violation]:
    """Every check of the table that the frame fails, in column order.

    ``frame`` has all columns of the table (``polars_schema.conform``); NaN counts as missing.
    Great Expectations decides up to a million rows, polars above; polars finds the rows.
    """
    return [_violation(check, rows, table) for check, rows in _offenders(frame, table, pl.int_range(pl.len()))]


def validate_objects(frame: pl.DataFrame, table: type[Table], *, gx_rows: int = GX_ROWS) -> dict[str, list[Violation]]:
    """The same for frames of many files laid one under the other: violations by ``object_id``.

    Rows are counted within each file's rows. Files without a violation are not in the result.
    A key that two files share is charged to both, so keys must hold ``object_id``. Great
    Expectations decides up to ``gx_rows`` rows: 0 where nothing is loaded and nobody should wait for it.
    """
    if _OBJECT not in table.key:
        raise DeclarationError(f"{table.table_name}: rows cannot be told apart by file, its key has no {_OBJECT}")
    found: dict[str, list[Violation]] = {}
    for check, rows in _offenders(frame, table, pl.int_range(pl.len()).over(_OBJECT), gx_rows):
        for (object_id,), own in rows.group_by(_OBJECT, maintain_order=True):
            found.setdefault(str(object_id), []).append(_violation(check, own, table))
    return found


def problems(violations: Sequence[Violation], file: str) -> tuple[Problem, ...]:
    """One problem for each violation of a file, with its first offending row and what to do."""
    return tuple(_problem(violation, file) for violation in violations)


def _offenders(
    frame: pl.DataFrame, table: type[Table], row: pl.Expr, gx_rows: int = GX_ROWS
) -> list[tuple[Check, pl.DataFrame]]:
    """Each broken check with the rows that break it, numbered by ``row``; the usual frame breaks none."""
    if missing := [column.name for column in columns(table) if column.name not in frame.columns]:
        raise DeclarationError(f"{table.table_name}: the frame lacks {', '.join(missing)}")
    if frame.is_empty():
        return []
    frame = frame.with_columns(pl.selectors.float().fill_nan(None))
    if frame.height <= gx_rows:
        broken = broken_checks(frame, table)
    else:
        broken = [check for check in checks(table) if check.is_broken(frame)]
    if not broken:
        return []
    numbered = frame.with_columns(row.alias(_ROW))
    found = [(check, numbered.filter(check.offends())) for check in broken]
    for check, rows in found:
        if rows.is_empty():  # never swallowed: one of the two engines is wrong about this check
            raise DeclarationError(f"{table.table_name}: {check.name} fails but no row breaks it")
    return found


def _violation(check: Check, rows: pl.DataFrame, table: type[Table]) -> Violation:
    shown = rows.head(SHOWN_ROWS)
    placed = [name for name in table.key if name not in ("study_id", _OBJECT)]
    valued = placed if check.kind == "unique" else check.columns
    return Violation(
        check.name,
        check.kind,
        ", ".join(check.columns),
        check.rule,
        rows=tuple(shown[_ROW].to_list()),
        values=tuple(_listing(row, names=False) for row in shown.select(valued).iter_rows(named=True)),
        places=tuple(_listing(row, names=True) for row in shown.select(placed).iter_rows(named=True)),
        count=rows.height,
    )


def _listing(row: dict[str, object], *, names: bool) -> str:
    said = {key: f"{value:g}" if names and isinstance(value, float) else value for key, value in row.items()}
    return ", ".join(f"{key} {value}" if names else str(value) for key, value in said.items() if value is not None)


_FOUND: dict[Kind, str] = {
    "not_null": "nothing stands here; {column} {rule}",
    "finite": "{value} is no measurement; {column} {rule}",
    "between": "{value} is out of bounds; {column} {rule}",
    "in_set": "{value!r} is not known; {column} {rule}",
    "matches": "{value!r} is written differently; {column} {rule}",
    "unique": "the same reading stands here more than once; {rule}",
}
_REMEDY: dict[Kind, str] = {
    "not_null": "Fill the cell in the instrument's software and export the file again.",
    "finite": "Look for an overflow or a division by zero, and export the file again.",
    "between": "Check unit, decimal sign and column of the export; correct it and export the file again.",
    "in_set": "Use one of these words.",
    "matches": "Correct the spelling and export the file again.",
    "unique": "Export each reading once, or put the runs into files of their own.",
}


def _problem(violation: Violation, file: str) -> Problem:
    value, place = violation.values[0], violation.places[0]
    row = f"row {violation.rows[0] + 1}" + (f" ({place})" if place else "")
    message = _FOUND[violation.kind].format(value=value, column=violation.column, rule=violation.rule)
    if further := violation.count - 1:
        message += f"; so in {further} further row{'s' if further > 1 else ''}"
    return Problem(
        Severity.LOCAL,
        file,
        row if violation.kind == "unique" else f"column {violation.column}, {row}",
        value,
        violation.check,
        message,
        _REMEDY[violation.kind],
        _offending_rows(violation),
    )


def _offending_rows(violation: Violation) -> str:
    """The first offending rows as JSON: row from 1, place, value."""
    found = zip(violation.rows, violation.places, violation.values, strict=True)
    return json.dumps([{"row": r + 1, "place": p, "value": v} for r, p, v in found], ensure_ascii=False)
