from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import UserError
from schemas.polars_schema import schema
from schemas.tables.studies import Study
from tasks.engine.analyse import plan_wave
from tasks.engine.context import open_warehouse
from tasks.engine.publish import publish_study
from tasks.engine.study_files import resolve
from tasks.methods.study_template import template
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
    for name, hint in (("Trial", "Did you mean trial?"), ("zzz", "Registered are trial.")):
        with pytest.raises(UserError, match=re.escape(hint)):
            resolve(name, warehouse)


def test_what_was_never_ingested_is_neither_analysed_nor_published(tmp_path: Path) -> None:
    for name, text in template("unknown").items():
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    empty = open_warehouse(tmp_path / "empty")
    with pytest.raises(UserError, match="unknown is not known in this home yet"):
        plan_wave(("group_tests",), str(tmp_path / "study"), empty)
    with pytest.raises(UserError, match="unknown is not known in this home yet"):
        publish_study("unknown", "", empty, is_complete=False)
    assert not empty.published.exists()
