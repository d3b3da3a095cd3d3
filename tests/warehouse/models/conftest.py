"""A warehouse in memory: every declared table, empty, and the mart views on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import polars as pl
import pytest

from schemas.base import columns, tables
from warehouse.models import views

TYPES = {
    pl.String: "VARCHAR",
    pl.Int64: "BIGINT",
    pl.Float64: "DOUBLE",
    pl.Boolean: "BOOLEAN",
    pl.Binary: "BLOB",
    pl.Datetime("us", "UTC"): "TIMESTAMPTZ",
}
FILLERS: dict[Any, Any] = {
    pl.String: "",
    pl.Int64: 0,
    pl.Float64: 0.0,
    pl.Boolean: False,
    pl.Binary: b"",
    pl.Datetime("us", "UTC"): datetime(2024, 3, 4, tzinfo=UTC),
}
Insert = Callable[..., None]
Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        for schema in ("core", "result", "ops", "mart"):
            con.execute(f"CREATE SCHEMA {schema}")
        for name, table in tables().items():
            body = ", ".join(f'"{c.name}" {TYPES[c.dtype]}' for c in columns(table))
            con.execute(f"CREATE TABLE {name} ({body})")
        for name, sql in views():
            con.execute(f"CREATE VIEW {name} AS {sql}")
        yield con


@pytest.fixture
def insert(connection: duckdb.DuckDBPyConnection) -> Insert:
    """Insert a row: columns that are not named are null, or a filler where the table wants a value."""

    def _insert(name: str, **values: object) -> None:
        declared = columns(tables()[name])
        unknown = values.keys() - {c.name for c in declared}
        assert not unknown, f"{name} has no {unknown}"
        row = [values.get(c.name, None if c.is_nullable else (c.values or [FILLERS[c.dtype]])[0]) for c in declared]
        connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

    return _insert


@pytest.fixture
def read(connection: duckdb.DuckDBPyConnection) -> Read:
    """Rows of a view as dicts, in the view's own order."""

    def _read(name: str) -> list[dict[str, Any]]:
        cursor = connection.execute(f"SELECT * FROM {name}")  # noqa: S608
        names = [item[0] for item in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return _read
