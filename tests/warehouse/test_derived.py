from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from deployments.sql_sandbox import one, sandbox
from schemas.errors import DeclarationError, TransientError
from tests.warehouse.test_store import publication, study
from warehouse import derived
from warehouse.object_directory import DirectoryStore
from warehouse.store import Session, Warehouse

FIRST, SECOND = "a" * 64, "b" * 64


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "home")


def events(**channels: list[float]) -> pl.DataFrame:
    height = len(next(iter(channels.values())))
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.Float32) for name, values in channels.items()})
    return pl.DataFrame({"data_set": [1] * height, "event": range(1, height + 1)}).hstack(frame)


def keep(warehouse: Warehouse, object_id: str, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    return derived.keep(object_id, frames, warehouse.home, DirectoryStore(warehouse.home / "objects"))


def load(session: Session, study_id: str, object_id: str, files: pl.DataFrame) -> None:
    """What ingest does with a file's derived rows."""
    if session.read("core.studies", {"study_id": [study_id]}).is_empty():
        session.insert("core.studies", study(study_id))
    session.replace(
        "core.derived_files",
        {"study_id": [study_id], "object_id": [object_id]},
        files,
        {"study_id": study_id, "object_id": object_id},
    )
    derived.refresh_views(session.connection, session.home)


def test_without_a_file_the_view_is_empty_and_typed(warehouse: Warehouse) -> None:
    with warehouse.open("test") as session:
        found = session.query("FROM core.flow_events")
    assert found.is_empty()
    assert found.schema == {"study_id": pl.String, "object_id": pl.String, "data_set": pl.Int64, "event": pl.Int64}


def test_a_file_lies_under_the_hash_of_its_bytes_and_is_written_once(warehouse: Warehouse) -> None:
    frames = {"flow_events": events(**{"FSC-A": [1.0, 2.0]})}
    first, again = keep(warehouse, FIRST, frames), keep(warehouse, FIRST, frames)
    row = first.row(0, named=True)
    data = (warehouse.home / "objects" / row["object_key"]).read_bytes()
    assert row["object_key"] == f"derived/{hashlib.sha256(data).hexdigest()}/flow_events.parquet"
    assert (row["kind"], row["row_count"], row["size_bytes"]) == ("flow_events", 2, len(data))
    assert again.equals(first)


def test_files_with_other_channels_share_the_view_and_a_study_sees_its_own(warehouse: Warehouse) -> None:
    with warehouse.open("test") as session:
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(**{"FSC-A": [1.0, 2.0]})}))
        load(session, "s", SECOND, keep(warehouse, SECOND, {"flow_events": events(**{"FSC-A": [3.0], "PE-A": [4.0]})}))
        load(session, "t", SECOND, keep(warehouse, SECOND, {"flow_events": events(**{"FSC-A": [3.0], "PE-A": [4.0]})}))
        rows = session.query('SELECT study_id, object_id, event, "FSC-A", "PE-A" FROM core.flow_events ORDER BY ALL')
    assert rows.rows() == [
        ("s", FIRST, 1, 1.0, None),
        ("s", FIRST, 2, 2.0, None),
        ("s", SECOND, 1, 3.0, 4.0),
        ("t", SECOND, 1, 3.0, 4.0),
    ]


def test_a_file_read_anew_replaces_its_rows_and_a_dropped_one_leaves_none(warehouse: Warehouse) -> None:
    with warehouse.open("test") as session:
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(A=[1.0])}))
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(A=[5.0, 6.0])}))
        assert session.query("SELECT A FROM core.flow_events ORDER BY event").rows() == [(5.0,), (6.0,)]
        session.delete("core.derived_files", {"study_id": ["s"]})
        assert session.query("SELECT count(*) FROM core.flow_events").item() == 0


def test_the_snapshot_is_read_in_the_sandbox_and_keeps_what_it_showed(warehouse: Warehouse) -> None:
    with warehouse.open("test") as session:
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(A=[1.0])}))
    warehouse.publish("s", publication("s"))
    with warehouse.open("test") as session:
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(A=[9.0])}))
    with sandbox(warehouse.home) as connection:
        seen = one(connection, "SELECT study_id, A FROM core.flow_events").read_all().to_pylist()
    assert seen == [{"study_id": "s", "A": 1.0}]


def test_a_study_without_events_is_published_beside_one_with_them(warehouse: Warehouse) -> None:
    with warehouse.open("test") as session:
        session.insert("core.studies", study("bare"))
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(A=[1.0])}))
    warehouse.publish("s", publication("s"))
    warehouse.publish("bare", publication("bare"))
    with warehouse.snapshot() as session:
        assert session.query("SELECT DISTINCT study_id FROM core.flow_events").rows() == [("s",)]


def test_a_frame_without_rows_is_named_but_not_in_the_view(warehouse: Warehouse) -> None:
    with warehouse.open("test") as session:
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(A=[])}))
        assert session.query("SELECT row_count FROM core.derived_files").rows() == [(0,)]
        assert session.query("FROM core.flow_events").is_empty()


def test_a_file_that_is_gone_is_left_out_and_named_when_an_analysis_needs_it(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    files = keep(warehouse, FIRST, {"flow_events": events(A=[1.0])})
    with warehouse.open("test") as session:
        load(session, "s", FIRST, files)
        (warehouse.home / "objects" / files["object_key"][0]).unlink()
        derived.refresh_views(session.connection, session.home)
        assert session.query("FROM core.flow_events").is_empty()
        with pytest.raises(TransientError, match="ingest its raw file again"):
            session.read_derived("core.flow_events", {"study_id": ["s"]})
    assert "1 Parquet files of core.flow_events are gone" in caplog.text


def test_an_analysis_reads_the_files_of_its_objects(warehouse: Warehouse) -> None:
    with warehouse.open("test") as session:
        load(session, "s", FIRST, keep(warehouse, FIRST, {"flow_events": events(A=[1.0])}))
        load(session, "s", SECOND, keep(warehouse, SECOND, {"flow_events": events(B=[2.0])}))
        both = session.read_derived("core.flow_events", {"study_id": ["s"]})
        one_file = session.read_derived("core.flow_events", {"study_id": ["s"], "object_id": [SECOND]})
    both = both.select("object_id", "data_set", "event", "A", "B")  # the channels of files come in no order
    assert set(both.rows()) == {(FIRST, 1, 1, 1.0, None), (SECOND, 1, 1, None, 2.0)}
    assert one_file.rows() == [(SECOND, 1, 1, 2.0)]


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"curves_of_nobody": pl.DataFrame({"a": [1]})}, "no table core.curves_of_nobody is declared"),
        ({"flow_events": pl.DataFrame({"A": [1.0]})}, "lacks \\['data_set', 'event'\\]"),
    ],
)
def test_a_wrong_frame_is_a_declaration_error(
    warehouse: Warehouse, frames: Mapping[str, pl.DataFrame], message: str
) -> None:
    with pytest.raises(DeclarationError, match=message):
        keep(warehouse, FIRST, frames)
