"""Frames of a declared result table, as an analysis hands them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.base import Table, columns

FILLED_BY_RUNNER = ("study_id", "run_id")


def result_frame(rows: pl.DataFrame | Sequence[Mapping[str, Any]], table: type[Table]) -> pl.DataFrame:
    """Give the table's columns in declared order and type, without ``study_id`` and ``run_id``.

    Columns that ``rows`` has and the table lacks are left out; a declared column that is missing
    in a frame is an error, in a list of rows it is null.
    """
    schema = {c.name: c.dtype for c in columns(table) if c.name not in FILLED_BY_RUNNER}
    if isinstance(rows, pl.DataFrame):
        return rows.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
