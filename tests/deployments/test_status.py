from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from deployments.status import Status, print_status, read_status, render
from schemas.errors import UserError
from warehouse import ddl
from warehouse.locks import file_lock
from warehouse.store import Warehouse

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        for statement in ddl.script():
            opened.execute(statement)
        yield opened


def insert(connection: duckdb.DuckDBPyConnection, table: str, **values: object) -> None:
    """A row whose other columns are zero values of their type."""
    zeros = {"VARCHAR": "", "BIGINT": 0, "DOUBLE": 0.0, "BOOLEAN": False, "TIMESTAMP WITH TIME ZONE": NOON}
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    row = {name: zeros[kind] if null == "NO" else None for name, kind, null, *_ in described} | values
    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608


def attempt(
    connection: duckdb.DuckDBPyConnection, part: str, status: str, hour: int, reason: str | None = None
) -> None:
    insert(
        connection,
        "ops.analysis_runs",
        attempt_id=f"{part}{hour}",
        study_id="s",
        analysis="viability",
        part=part,
        status=status,
        reason=reason,
        finished_at=NOON + timedelta(hours=hour),
    )


@pytest.fixture
def status(connection: duckdb.DuckDBPyConnection) -> Status:
    insert(connection, "core.studies", study_id="s", title="A study", is_simulated=True)
    insert(connection, "core.studies", study_id="t")
    insert(connection, "ops.publications", study_id="s", published_at=NOON, is_complete=True)
    for name, state, assay in (
        ("a.txt", "loaded", "qpcr"),
        ("b.txt", "loaded", "qpcr"),
        ("study.yaml", "loaded", "manifest"),
    ):
        insert(connection, "core.raw_objects", study_id="s", object_id=name, file_name=name, status=state, assay=assay)
    insert(
        connection,
        "core.raw_objects",
        study_id="s",
        file_name="bad.xlsx",
        assay="qpcr",
        status="quarantined",
        reason="bad.xlsx, sheet Results: no column Cq. Export it again.",
    )
    attempt(connection, "plate", "failed", 1, "out of memory")
    attempt(connection, "plate", "done", 2)
    attempt(connection, "curve", "done", 1)
    attempt(connection, "curve", "failed", 3, "no blanks")
    attempt(connection, "other", "skipped", 1, "not built yet")
    attempt(connection, "another", "skipped", 1, "not built yet")
    return read_status(connection)


def test_a_home_whose_first_run_was_stopped_shows_how_far_it_came(tmp_path: Path) -> None:
    with Warehouse(tmp_path).open("test") as session:
        insert(session.connection, "core.studies", study_id="s", title="A study")
        for name, state in (("a.txt", "loaded"), ("b.txt", "stored")):
            insert(session.connection, "core.raw_objects", study_id="s", object_id=name, file_name=name, status=state)
    console = Console(width=100)
    with console.capture() as capture:
        print_status(tmp_path, console)
    shown = " ".join(capture.get().split())
    assert "1 loaded, 1 stored" in shown
    assert "Nothing is published yet" in shown
    assert "`benchlake run STUDY` goes on from here" in shown
    with file_lock(tmp_path / "warehouse.lock", "load s", 1.0), pytest.raises(UserError, match="load s"):
        print_status(tmp_path, console)


def test_only_the_last_attempt_counts(status: Status) -> None:
    assert [(p["part"], p["reason"]) for p in status.stale] == [("curve", "no blanks")]
    assert {(p["part"], p["reason"]) for p in status.skipped} == {(n, "not built yet") for n in ("other", "another")}
    assert [p["part"] for p in status.parts][:2] == ["curve", "plate"]


def test_the_ledger_counts_files_not_sheets(status: Status) -> None:
    assert {(f["status"], f["file_count"]) for f in status.files} == {("loaded", 2), ("quarantined", 1)}


def test_the_screen_says_what_needs_a_person(status: Status) -> None:
    with (console := Console(width=200)).capture() as capture:
        console.print(render(status))
    shown = capture.get()
    assert "2026-03-04 12:00 (simulated)" in shown
    assert "2 loaded, 1 quarantined" in shown
    assert "never (incomplete)" in shown
    assert "no column Cq. Export it again." in shown
    assert "no blanks" in shown
    assert "out of memory" not in shown
    assert shown.count("not built yet") == 1  # the reason of two parts


def test_a_clean_home_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    with (console := Console(width=200)).capture() as capture:
        console.print(render(read_status(connection)))
    assert "Nothing is quarantined, nothing is stale." in capture.get()


def test_one_study_is_shown_alone(status: Status) -> None:
    assert status.only(None) is status
    name = status.studies[0]["study_id"]
    assert {s["study_id"] for s in status.only(str(name)).studies} == {name}
    assert not status.only("nobody").parts
