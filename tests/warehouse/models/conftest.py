"""Fixtures of tests on SQL models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import duckdb
import pytest

from tests.memory_warehouse import insert_row, memory_warehouse


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with memory_warehouse() as con:
        yield con


@pytest.fixture
def insert(connection: duckdb.DuckDBPyConnection) -> Callable[..., None]:
    return partial(insert_row, connection)


@pytest.fixture
def read(connection: duckdb.DuckDBPyConnection) -> Callable[[str], list[dict[str, Any]]]:
    """Rows of a view as dicts, in the view's own order."""

    def _read(name: str) -> list[dict[str, Any]]:
        cursor = connection.execute(f"FROM {name}")
        names = [item[0] for item in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return _read
