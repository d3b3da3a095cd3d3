from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from schemas.errors import UserError
from schemas.polars_schema import schema
from schemas.tables.publications import Publication
from schemas.tables.samples import Sample
from schemas.tables.studies import Study
from warehouse.store import DanglingReferenceError, Session, Warehouse

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def study(study_id: str = "s") -> pl.DataFrame:
    row = {
        "study_id": study_id,
        "path": f"/{study_id}",
        "title": "",
        "organism": "",
        "is_simulated": True,
        "manifest": "{}",
        "registered_at": NOW,
    }
    return pl.DataFrame([row], schema=schema(Study))


def samples(study_id: str, *names: str) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "study_id": study_id,
            "sample_id": n,
            "condition": "control",
            "condition_order": 0,
            "donor_id": "D1",
            "replicate": "1",
            "experiment": "main",
            "attributes": "{}",
        }
        for n in names
    ]
    return pl.DataFrame(rows, schema=schema(Sample))


def publication(study_id: str, state: str = "x") -> pl.DataFrame:
    row = {"study_id": study_id, "published_at": NOW, "state": state, "is_complete": True}
    return pl.DataFrame([row], schema=schema(Publication))


def names(session: Session, study_id: str) -> list[str]:
    return sorted(session.read("core.samples", {"study_id": [study_id]})["sample_id"])


def fill(warehouse: Warehouse, study_id: str, *sample_ids: str) -> None:
    with warehouse.open("test") as session, session.transaction():
        session.replace("core.studies", {"study_id": [study_id]}, study(study_id))
        session.replace("core.samples", {"study_id": [study_id]}, samples(study_id, *sample_ids))


def test_a_failed_transaction_leaves_the_rows_that_were_there(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    fill(warehouse, "s", "A", "B")
    wrong_type = samples("s", "C").with_columns(condition_order=pl.lit("no number"))
    with warehouse.open("test") as session, pytest.raises(duckdb.ConversionException), session.transaction():
        session.replace("core.samples", {"study_id": ["s"]}, wrong_type)
    with warehouse.open("test") as session:
        assert names(session, "s") == ["A", "B"]


def test_null_is_a_value_that_can_be_asked_for(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    fill(warehouse, "s", "A")
    with warehouse.open("test") as session:
        assert session.read("core.samples", {"batch": [None]}).height == 1
        assert session.read("core.samples", {"batch": ["x", None], "sample_id": ["A", "B"]}).height == 1
        assert session.read("core.samples", {"batch": ["x"]}).height == 0
        assert session.read("core.samples", {"sample_id": []}).height == 0


def test_a_row_that_points_nowhere_is_refused_by_name(tmp_path: Path) -> None:
    with Warehouse(tmp_path).open("test") as session:
        session.insert("core.samples", samples("nobody", "A"))
        with pytest.raises(DanglingReferenceError, match=r"core\.samples\.study_id = 'nobody' is not in core\.studies"):
            session.check_references(Sample, {"study_id": ["nobody"]})


def test_publishing_one_study_keeps_what_others_published(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    fill(warehouse, "one", "A")
    fill(warehouse, "two", "B")
    warehouse.publish("one", publication("one"))
    with warehouse.snapshot() as session:
        assert (names(session, "one"), names(session, "two")) == (["A"], [])
    warehouse.publish("two", publication("two"))
    fill(warehouse, "one", "A", "not published yet")
    warehouse.publish("two", publication("two"))
    with warehouse.snapshot() as session:
        assert (names(session, "one"), names(session, "two")) == (["A"], ["B"])


def test_the_snapshot_explains_its_views_to_any_sql_tool(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.publish("a", publication("a"))
    with warehouse.snapshot() as session:
        views = session.query("SELECT comment FROM duckdb_views() WHERE view_name = 'quarantine'")
        columns = session.query("SELECT comment FROM duckdb_columns() WHERE table_name = 'freshness'")
    assert views["comment"][0].startswith("Files that are stored but not loaded")
    assert columns.height > 0
    assert columns["comment"].null_count() == 0


def test_a_new_version_keeps_what_others_published_and_not_their_half_done_nights(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for study_id in ("a", "b"):
        fill(warehouse, study_id, "x")
        warehouse.publish(study_id, publication(study_id))
    with duckdb.connect(str(warehouse.published)) as connection:
        connection.execute("UPDATE ops.declarations SET digest = 'older'")
        connection.execute("ALTER TABLE core.samples DROP COLUMN batch")
    for study_id in ("a", "b"):
        fill(warehouse, study_id, "half done", "x")
    warehouse.publish("a", publication("a"))
    with warehouse.snapshot() as session:
        assert (names(session, "a"), names(session, "b")) == (["half done", "x"], ["x"])


def test_a_snapshot_that_a_new_version_cannot_take_over_is_made_anew(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for study_id in ("a", "b"):
        fill(warehouse, study_id, "x")
        warehouse.publish(study_id, publication(study_id))
    with duckdb.connect(str(warehouse.published)) as connection:
        connection.execute("UPDATE ops.declarations SET digest = 'older'")
        connection.execute("ALTER TABLE core.samples DROP COLUMN condition")  # which must not be null
    warehouse.publish("a", publication("a"))
    with warehouse.snapshot() as session:
        assert (names(session, "a"), names(session, "b")) == (["x"], ["x"])


def test_a_reader_that_is_open_keeps_its_state_while_a_new_one_is_published(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    fill(warehouse, "s", "A")
    warehouse.publish("s", publication("s"))
    read = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); "
        "sys.stdin.readline(); print(c.execute('SELECT count(*) FROM core.samples').fetchone()[0], flush=True)"
    )
    command = [sys.executable, "-c", read, str(warehouse.published)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdin is not None
        assert reader.stdout.readline() == "open\n"
        fill(warehouse, "s", "A", "B")
        warehouse.publish("s", publication("s", "y"))
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "1\n"
    with warehouse.snapshot() as session:
        assert names(session, "s") == ["A", "B"]


def test_asking_before_anything_is_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="benchlake run STUDY"), Warehouse(tmp_path).snapshot():
        pytest.fail("there is no snapshot")


def test_a_warehouse_that_another_program_has_open_is_named(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open("test"):
        pass
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(warehouse.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    with pytest.raises(UserError, match=r"warehouse.duckdb cannot be opened.*close it there"), warehouse.open("test"):
        pytest.fail("two writers at once")
    other.communicate("")
    with warehouse.open("test"):
        pass


def test_a_warehouse_of_an_older_version_gains_its_new_nullable_columns(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    fill(warehouse, "s", "A")
    with warehouse.open("test") as session:
        session.connection.execute("ALTER TABLE core.samples DROP COLUMN batch")
        session.connection.execute("UPDATE ops.declarations SET digest = 'older'")
    with warehouse.open("test") as session:
        assert session.read("core.samples")["batch"].to_list() == [None]


def test_a_warehouse_that_cannot_be_adapted_says_how_it_is_rebuilt(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.open("test") as session:
        session.connection.execute("ALTER TABLE core.samples ALTER replicate TYPE BIGINT")
        session.connection.execute("UPDATE ops.declarations SET digest = 'older'")
    with pytest.raises(UserError, match="rebuilt from the study folders"), warehouse.open("test"):
        pytest.fail("it opened")
