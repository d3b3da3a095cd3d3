"""A row as people name it: ``column=value`` pairs, or the values of the table's key in order."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from schemas.base import Column, Table, columns, tables
from schemas.errors import UserError
from schemas.views import documented_views
from warehouse.store import Session

LISTED = 10
NULLS = {"", "null", "none"}
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def table_of(name: str) -> type[Table]:
    """The table of that name, with or without schema. Raises ``UserError`` that suggests the nearest."""
    found = [t for full, t in tables().items() if name in (full, full.split(".")[1])]
    if len(found) == 1:
        return found[0]
    if any(name in (full, full.split(".")[1]) for full in documented_views()):
        raise UserError(
            f"{name} is a view for people: its rows are made of several tables. Name a row of one of these instead, "
            f"such as result.pairwise_tests; `benchlake tables {name}` says what the view reads."
        )
    names = {key: full for full in tables() for key in (full, full.split(".")[1])}
    near = dict.fromkeys(names[n] for n in difflib.get_close_matches(name.lower(), list(names), 3, 0.5))
    hint = f"Did you mean {' or '.join(near)}?" if near else "`benchlake tables` lists all of them."
    raise UserError(f"There is no table {name!r}. {hint}")


def find_row(session: Session, table: type[Table], words: Sequence[str]) -> pl.DataFrame:
    """The one row that the words name, with all columns.

    ``words`` are ``column=value`` (any column of the table) or values of the key's columns in order, of which
    ``study_id`` can be left out while only one study has rows. Raises ``UserError`` for an unknown column, a value
    that does not occur (with those that do), or several rows (with what tells them apart).
    """
    name = table.table_name
    given = _given(session, table, words)
    where: dict[str, list[object]] = {}
    for column, text in given.items():
        there = session.read(name, where, [column.name], distinct=True)[column.name].sort(nulls_last=True)
        value = _value(table, column, text)
        if not there.is_in(pl.Series([value], dtype=column.dtype).implode(), nulls_equal=True).any():
            raise UserError(_absent(table, column, text, there, where))
        where[column.name] = [value]
    rows = session.read(name, where)
    if rows.height == 1:
        return rows
    if not rows.height:
        raise UserError(f"{name} has no rows. `benchlake status` says what was computed and what was not.")
    raise UserError(_several(table, rows))


def _given(session: Session, table: type[Table], words: Sequence[str]) -> dict[Column, str]:
    by_name = {c.name: c for c in columns(table)}
    pairs = {w.partition("=")[0]: w.partition("=")[2] for w in words if w.partition("=")[0] in by_name and "=" in w}
    for word in words:
        column, equals, _ = word.partition("=")
        if equals and column.isidentifier() and column not in by_name:
            near = difflib.get_close_matches(column, list(by_name), 3, 0.5)
            hint = f"Did you mean {' or '.join(near)}? " if near else ""
            raise UserError(
                f"{table.table_name} has no column {column!r}. {hint}A row is named by {', '.join(table.key)}."
            )
    bare = [w for w in words if w.partition("=")[0] not in by_name or "=" not in w]
    order = [c for c in table.key if c not in pairs]
    if bare and order[0] == "study_id":
        studies = session.read(table.table_name, {}, ["study_id"], distinct=True)["study_id"].to_list()
        if len(studies) == 1 and bare[0] not in studies:
            order = order[1:]
    if len(bare) > len(order):
        raise UserError(f"{len(bare)} values were given, but the key has {len(order)} columns: {', '.join(order)}.")
    return {by_name[n]: text for n, text in {**dict(zip(order, bare, strict=False)), **pairs}.items()}


def _value(table: type[Table], column: Column, text: str) -> object:
    if column.is_nullable and text.lower() in NULLS:
        return None
    try:
        if column.dtype == pl.Int64:
            return int(text)
        if column.dtype == pl.Float64:
            return float(text)
        if column.dtype == pl.Boolean:
            return TRUTHS[text.lower()]
        if isinstance(column.dtype, pl.Datetime):
            return datetime.fromisoformat(text)
    except (ValueError, KeyError):
        kind = {pl.Int64: "a whole number", pl.Float64: "a number", pl.Boolean: "true or false"}.get(
            column.dtype, "a time such as 2024-03-05T14:00+00:00"
        )
        raise UserError(f"{table.table_name}: {column.name} is {kind}, not {text!r}.") from None
    return text


def _absent(
    table: type[Table], column: Column, text: str, there: pl.Series, where: Mapping[str, Sequence[object]]
) -> str:
    """What occurs instead of the value, the nearest first."""
    so_far = " and ".join(f"{k} = {_shown(v[0])}" for k, v in where.items())
    values = [_shown(v) for v in there]
    near = difflib.get_close_matches(text, values, LISTED, 0.5)
    shown = [*near, *(v for v in values if v not in near)]
    more = f" and {len(shown) - LISTED} more" if len(shown) > LISTED else ""
    found = f"It is one of: {', '.join(shown[:LISTED])}{more}." if shown else "There are no rows at all."
    place = f" where {so_far}" if so_far else ""
    return f"{table.table_name} has no row with {column.name} = {text!r}{place}. {found}"


def _several(table: type[Table], rows: pl.DataFrame) -> str:
    """The rows that were meant, by the columns of the key in which they differ, ready to be pasted."""
    telling = [c for c in table.key if rows[c].n_unique() > 1]
    found = rows.select(telling).unique().sort(telling, nulls_last=True)
    lines = [
        " ".join(quoted(c, v) for c, v in zip(telling, row, strict=True)) for row in found.head(LISTED).iter_rows()
    ]
    more = f"\n  … and {found.height - LISTED} more" if found.height > LISTED else ""
    listed = "\n  ".join(lines)
    return f"{rows.height} rows of {table.table_name} are named so. Add what tells them apart:\n  {listed}{more}"


def quoted(column: str, value: Any) -> str:  # noqa: ANN401 (a cell of any type)
    """``column=value`` as a shell takes it."""
    return shlex.quote(f"{column}={_shown(value)}")


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return "null" if value is None else str(value)
