"""A warehouse in memory for tests: every declared table, empty, and the mart views on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl

from schemas.base import columns, tables
from warehouse.ddl import script
from warehouse.models import views

FILLERS: dict[Any, Any] = {
    pl.String: "",
    pl.Int64: 0,
    pl.Float64: 0.0,
    pl.Boolean: False,
    pl.Binary: b"",
    pl.Datetime("us", "UTC"): datetime(2024, 3, 4, tzinfo=UTC),
}


def memory_warehouse() -> duckdb.DuckDBPyConnection:
    """Tables as ``warehouse.ddl`` makes them, views as a publication does."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for statement in script():
        if not statement.startswith("COMMENT"):
            connection.execute(statement)
    for name, sql in views():
        connection.execute(f"CREATE VIEW {name} AS {sql}")
    return connection


def insert_row(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """Insert a row; a column that is not named is null, or a filler where the table wants a value."""
    declared = columns(tables()[table])
    unknown = values.keys() - {c.name for c in declared}
    assert not unknown, f"{table} has no {unknown}"
    row = [values.get(c.name, None if c.is_nullable else (c.values or [FILLERS[c.dtype]])[0]) for c in declared]
    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
