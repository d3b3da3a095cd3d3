from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import UserError
from schemas.polars_schema import schema
from schemas.tables.studies import Study
from tasks.engine.context import open_warehouse
from tasks.engine.study_files import resolve
from warehouse.store import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse in which a study ``trial`` is registered."""
    (tmp_path / "far").mkdir()
    made = open_warehouse(tmp_path / "home")
    row = {"study_id": "trial", "path": str(tmp_path / "far"), "registered_at": datetime(2026, 1, 1, tzinfo=UTC)}
    frame = pl.DataFrame([row], schema=schema(Study)).with_columns(pl.col(pl.String).fill_null(""), is_simulated=False)
    with made.open("test") as session:
        session.insert("core.studies", frame)
    return made


def test_a_folder_without_study_yaml_does_not_hide_the_study_of_its_name(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trial").mkdir()
    assert resolve("trial", warehouse) == tmp_path / "far"
    (tmp_path / "trial" / "study.yaml").touch()
    assert resolve("trial", warehouse) == tmp_path / "trial"


def test_what_is_neither_folder_nor_study_is_said_to_be_neither(warehouse: Warehouse, tmp_path: Path) -> None:
    assert resolve(str(tmp_path), warehouse) == tmp_path
    with pytest.raises(UserError, match="neither a study folder nor a registered study"):
        resolve("trail", warehouse)
