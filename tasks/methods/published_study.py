"""What a format of export gets and gives: a study as the snapshot shows it, and a folder to fill."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import polars as pl

from schemas.base import columns, declared

BESIDE_RESULTS = ("core.samples", "core.contrasts", "core.comparisons")  # what result rows are read with
_TYPES = {"String": "text", "Int64": "integer", "Float64": "number", "Boolean": "true/false", "Binary": "bytes"}


@dataclass(frozen=True)
class Published:
    """A study as the published snapshot shows it.

    ``read`` gives the study's rows of a table by its full name, ``fetch`` copies a raw file's bytes by their
    sha256 to a path, ``shown`` is the folder of its figures, networks and report. ``versions`` are those of
    benchlake, Python and the libraries that computed.
    """

    study_id: str
    published_at: datetime
    versions: Mapping[str, str]
    read: Callable[[str], pl.DataFrame]
    fetch: Callable[[str, Path], None]
    shown: Path

    @cached_property
    def title(self) -> str:
        """Title of study.yaml, else the study's id."""
        return str(self.read("core.studies")["title"][0] or self.study_id)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Label of every condition by its id, in display order."""
        manifest = json.loads(self.read("core.studies")["manifest"][0])
        return {c["id"]: c["label"] or c["id"] for c in manifest["conditions"]}


@dataclass(frozen=True)
class Export:
    """A format that a study can be taken away in.

    ``write`` fills an empty folder. Raises ``UserError`` where the study has nothing for this format.
    """

    name: str
    write: Callable[[Published, Path], None]


def result_tables() -> list[str]:
    """Full names of the tables that people take away: every result, and what its rows are read with."""
    return [*sorted(name for name in declared() if name.startswith("result.")), *BESIDE_RESULTS]


def dictionary_table(tables: list[str]) -> pl.DataFrame:
    """Declarations as a table, one row per column: table, what a row is, column, type, unit, values, meaning."""
    return pl.DataFrame(
        [
            {
                "table": name,
                "column": c.name,
                "type": "time (UTC)" if isinstance(c.dtype, pl.Datetime) else _TYPES[str(c.dtype)],
                "unit": c.unit,
                "may_be_null": c.is_nullable,
                "is_key": c.name in declared()[name].key,
                "values": "; ".join(c.values) if c.values else None,
                "description": c.description,
                "one_row_is": declared()[name].description(),
            }
            for name in tables
            for c in columns(declared()[name])
        ],
        schema_overrides={"unit": pl.String, "values": pl.String},
    )
