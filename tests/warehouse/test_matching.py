"""Rows that belong to rows of another table, found in the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.memory_warehouse import insert_row, memory_warehouse
from warehouse.matching import matched, row_count
from warehouse.store import Session

TABLE = "result.measurements"
STUDY = {"study_id": ["s"]}


@pytest.fixture
def session() -> Iterator[Session]:
    with memory_warehouse() as connection:
        for study, sample, time_h in (("s", "a", 24.0), ("s", "a", None), ("s", "b", 24.0), ("t", "a", 24.0)):
            insert_row(connection, TABLE, study_id=study, sample_id=sample, time_h=time_h, scale="raw")
        yield Session(connection, Path())


def found(rows: pl.DataFrame) -> set[tuple[object, ...]]:
    return set(rows.select("study_id", "sample_id", "time_h").iter_rows())


def test_columns_must_stand_together_and_null_equals_null(session: Session) -> None:
    sought = pl.DataFrame({"sample_id": ["a", "b"], "time_h": [None, 72.0]}, schema_overrides={"time_h": pl.Float64})
    rows, by = matched(session, TABLE, STUDY, sought)
    assert (found(rows), by) == ({("s", "a", None)}, ("sample_id", "time_h"))


def test_a_column_without_a_common_value_says_nothing(session: Session) -> None:
    rows, by = matched(session, TABLE, STUDY, pl.DataFrame({"sample_id": ["a"], "scale": ["log2"]}))
    assert (found(rows), by) == ({("s", "a", 24.0), ("s", "a", None)}, ("sample_id",))
    everything, by = matched(session, TABLE, STUDY, pl.DataFrame({"scale": ["log2"]}))
    assert (everything.height, by) == (3, ())


def test_a_row_that_two_filters_keep_counts_once(session: Session) -> None:
    assert row_count(session, TABLE, [{**STUDY, "sample_id": ["a"]}, {**STUDY, "time_h": [24.0]}]) == 3
    assert row_count(session, TABLE, []) == 0
