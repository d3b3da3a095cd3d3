"""``benchlake status``: what stands, what is stale, what is quarantined and why, in one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from deployments.sql_sandbox import sandbox
from warehouse.store import Warehouse

RUNS_SHOWN = 10
PATIENCE_S = 2.0  # a writer at work is named instead
UNPUBLISHED = (
    "Nothing is published yet: no run has come to its end. "
    "What is listed is kept; `benchlake run STUDY` goes on from here."
)
QUERIES = Path(__file__).with_name("queries")


@dataclass(frozen=True)
class Status:
    """Rows for the status screen, each list in the order shown."""

    studies: Sequence[Mapping[str, object]]
    files: Sequence[Mapping[str, object]]
    quarantined: Sequence[Mapping[str, object]]
    parts: Sequence[Mapping[str, object]]

    def only(self, study_id: str | None) -> Status:
        """What concerns one study; everything where none is named."""
        if study_id is None:
            return self
        found = ([r for r in rows if r["study_id"] == study_id] for rows in vars(self).values())
        return Status(*found)

    @property
    def stale(self) -> list[Mapping[str, object]]:
        """Parts whose last attempt failed: what is published of them is older than the data."""
        return [p for p in self.parts if p["status"] == "failed"]

    @property
    def skipped(self) -> list[Mapping[str, object]]:
        """Parts that cannot run as the study stands."""
        return [p for p in self.parts if p["status"] == "skipped"]


def print_status(home: Path, console: Console, study_id: str | None = None) -> None:
    """Print the status of what is published in ``home``; while nothing is, how far the first run came.

    Raises ``UserError`` in a home without anything, or while that first run is at work.
    """
    warehouse = Warehouse(home, PATIENCE_S)
    if warehouse.path.exists() and not warehouse.published.exists():
        with warehouse.open("status") as session:
            console.print(render(read_status(session.connection).only(study_id)))
        console.print(UNPUBLISHED, markup=False)
        return
    with sandbox(home) as connection:
        console.print(render(read_status(connection).only(study_id)))


def read_status(connection: duckdb.DuckDBPyConnection) -> Status:
    """Read the status from the published snapshot (or the warehouse)."""
    return Status(*(_rows(connection, name) for name in ("studies", "files", "quarantined", "last_attempts")))


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> Sequence[Mapping[str, object]]:
    sql = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    return connection.execute(sql).to_arrow_table().to_pylist()


def render(status: Status) -> RenderableType:
    """The status as one screen of tables; what needs a person comes last, next to the prompt."""
    parts: list[RenderableType] = [
        _grid(
            "Studies",
            ("study", "published (UTC)", "files", "title"),
            [
                (s["study_id"], _when(s["published_at"]) + _mark(s), _ledger(status, s["study_id"]), s["title"])
                for s in status.studies
            ],
        ),
        _grid(
            "Last runs",
            ("finished (UTC)", "study", "analysis", "status", "rows"),
            [
                (_when(p["finished_at"]), p["study_id"], f"{p['analysis']} [{p['part']}]", p["status"], p["row_count"])
                for p in status.parts[:RUNS_SHOWN]
            ],
        ),
        _grid("Could not run as the study stands", ("study", "analysis", "why"), _whys(status.skipped)),
        _grid("Stale: the last attempt failed, older rows stand", ("study", "analysis", "why"), _whys(status.stale)),
        _grid(
            "Quarantined files",
            ("study", "file", "why, and what to do"),
            [(q["study_id"], q["file_name"], q["reason"]) for q in status.quarantined],
        ),
    ]
    if not status.quarantined and not status.stale:
        parts.append(Text("Nothing is quarantined, nothing is stale."))
    return Group(*(p for p in parts if p is not None))


def _whys(parts: Sequence[Mapping[str, object]]) -> list[tuple[object, ...]]:
    """Parts under their common reason, in the order of the first of each."""
    found: dict[tuple[object, object], list[str]] = {}
    for part in parts:
        found.setdefault((part["study_id"], part["reason"]), []).append(f"{part['analysis']} [{part['part']}]")
    return [(study, ", ".join(names), reason) for (study, reason), names in found.items()]


def _grid(title: str, header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> RenderableType:
    if not rows:
        return Text(end="")
    grid = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for name in header:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(str(value)) for value in row))
    return Group(grid, Text())


def _ledger(status: Status, study_id: object) -> str:
    counts = [f"{f['file_count']} {f['status']}" for f in status.files if f["study_id"] == study_id]
    return ", ".join(counts) or "none"


def _mark(study: Mapping[str, object]) -> str:
    marks = [] if study["is_complete"] else ["incomplete"]
    marks += ["simulated"] if study["is_simulated"] else []
    return f" ({', '.join(marks)})" if marks else ""


def _when(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else "never"
