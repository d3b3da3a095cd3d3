from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from deployments.registry import PATIENCE_S, Registry
from schemas.errors import UserError
from schemas.polars_schema import schema
from schemas.tables.studies import Study
from warehouse.locks import file_lock
from warehouse.store import Warehouse


def register(home: Path, *names: str) -> None:
    rows = [
        Study(
            study_id=name,
            path=f"/studies/{name}",
            title="",
            organism="",
            is_simulated=False,
            manifest="{}",
            registered_at=datetime.now(UTC),
        ).model_dump()
        for name in names
    ]
    with Warehouse(home).open("test") as session, session.transaction():
        session.replace("core.studies", {"study_id": list(names)}, pl.DataFrame(rows, schema=schema(Study)))


def test_studies_come_as_they_are_registered(tmp_path: Path) -> None:
    registry = Registry()
    assert registry(tmp_path) == {}
    register(tmp_path, "b", "a")
    assert registry(tmp_path) == {"a": Path("/studies/a"), "b": Path("/studies/b")}
    register(tmp_path, "c")
    assert list(registry(tmp_path)) == ["a", "b", "c"]


def test_an_unchanged_warehouse_is_not_opened_and_a_writer_not_waited_for(tmp_path: Path) -> None:
    register(tmp_path, "a")
    registry = Registry()
    registry(tmp_path)
    with file_lock(tmp_path / "warehouse.lock", "a long load", PATIENCE_S):
        assert list(registry(tmp_path)) == ["a"]
        with pytest.raises(UserError, match="a long load"):
            Registry()(tmp_path)
