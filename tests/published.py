"""A published study in memory: the tables that a test fills, every other one empty."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from schemas.base import Column, columns, declared
from schemas.polars_schema import schema
from tasks.methods.published_study import Published

PUBLISHED_AT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
MANIFEST = {
    "conditions": [{"id": "control", "label": "Control"}, {"id": "il1b", "label": "IL-1β"}],
    "statistics": {"primary_time_h": None},
}
STUDY = {"title": "A study", "organism": "Homo sapiens", "is_simulated": True, "manifest": json.dumps(MANIFEST)}


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a table; columns that a row leaves out are null, or 0 or "" where they may not be."""
    found = [
        {
            "study_id": "trial",
            **{c.name: row.get(c.name, _filling(c)) for c in columns(declared()[table]) if c.name != "study_id"},
        }
        for row in rows
    ]
    return pl.DataFrame(found, schema=schema(declared()[table]))


def _filling(column: Column) -> object:
    if column.is_nullable:
        return None
    fillings = {pl.String: "", pl.Boolean: False, pl.Float64: 0.0, pl.Int64: 0}
    return fillings.get(column.dtype, PUBLISHED_AT)


def published(tables: dict[str, list[dict[str, Any]]], shown: Path = Path("/nowhere")) -> Published:
    """The study ``trial``, of two conditions."""
    frames = {name: frame(name, rows) for name, rows in {"core.studies": [STUDY], **tables}.items()}

    def fetch(sha256: str, target: Path) -> None:
        target.write_text(sha256)

    def read(table: str) -> pl.DataFrame:
        return frames.get(table, frame(table, []))

    return Published("trial", PUBLISHED_AT, {"benchlake": "0.1.0"}, read, fetch, shown)
