"""Rows of a table that belong to rows of another: found in the database, so that a count matrix stays there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from warehouse.ddl import identifier
from warehouse.store import Session, filter_clause

Where = Mapping[str, Sequence[object]]


def row_count(session: Session, table: str, wheres: Sequence[Where]) -> int:
    """Rows of a table that one of the filters keeps, each counted once."""
    clauses = [filter_clause(where) for where in wheres]
    either = " OR ".join(f"({clause})" for clause, _ in clauses) or "FALSE"
    values = [value for _, given in clauses for value in given]
    return int(session.query(f"SELECT count(*) AS n FROM {identifier(table)} WHERE {either}", values)["n"][0])  # noqa: S608 (quoted)


def matched(session: Session, table: str, where: Where, sought: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Rows in ``where`` whose columns stand together in a row of ``sought`` (null equals null), and those columns.

    A column of ``sought`` of which no value occurs there says nothing about the table and is left out: a test on the
    log scale reads raw values. A number is the same quantity everywhere: what was read at other times only does not
    belong. Without any column left every row in ``where`` belongs.
    """
    for name in sought.columns:
        there = session.read(table, where, [name], distinct=True)[name]
        kept = sought.filter(pl.col(name).is_in(there.implode(), nulls_equal=True))
        is_elsewhere = there.dtype.is_numeric() and there.drop_nulls().len() and sought[name].drop_nulls().len()
        sought = kept if kept.height or is_elsewhere else sought.drop(name).unique()
    if not sought.width:
        return session.read(table, where), ()
    clause, values = filter_clause(where, "t.")
    same = " AND ".join(f"s.{identifier(c)} IS NOT DISTINCT FROM t.{identifier(c)}" for c in sought.columns)
    session.connection.register("_sought", sought.unique().to_arrow())
    try:
        rows = session.query(
            f"SELECT t.* FROM {identifier(table)} AS t WHERE {clause} "  # noqa: S608 (quoted)
            f"AND EXISTS (SELECT 1 FROM _sought AS s WHERE {same})",
            values,
        )
    finally:
        session.connection.unregister("_sought")
    return rows, tuple(sought.columns)
