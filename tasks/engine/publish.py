"""Result tables to the published snapshot that analysts read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from schemas.polars_schema import schema
from schemas.tables.publications import Publication
from tasks.contracts import analyses
from tasks.engine.study_files import StudyFolder
from warehouse.code_hash import project_digest, versions
from warehouse.plan import digest
from warehouse.store import Warehouse


def state_of(folder: StudyFolder, hashes: Mapping[str, str]) -> str:
    """Digest of everything that the study's published rows depend on: bytes, code, libraries."""
    libraries = tuple(sorted({name for a in analyses().values() for name in a.libraries}))
    return digest([str(folder.path), sorted(hashes.items()), project_digest(), versions(libraries)])


def is_current(folder: StudyFolder, hashes: Mapping[str, str], warehouse: Warehouse) -> bool:
    """Whether the snapshot shows this very state: then a run finds nothing to do."""
    study_id = folder.study.study_id
    if not (warehouse.published.exists() and warehouse.path.exists()) or pending(warehouse, study_id).exists():
        return False
    with warehouse.snapshot() as session:
        known = session.read("ops.publications", {"study_id": [study_id]}, ["state", "is_complete"])
    return known.height > 0 and known.row(0) == (state_of(folder, hashes), True)


def pending(warehouse: Warehouse, study_id: str) -> Path:
    """The marker that an act (retract, exclude) leaves until the study is published again."""
    return warehouse.home / "work" / "pending" / study_id


def publish_study(study_id: str, state: str, warehouse: Warehouse, *, is_complete: bool) -> datetime:
    """Swap the study's rows in the snapshot; remember the state that they show."""
    now = datetime.now(UTC)
    row = {"study_id": study_id, "published_at": now, "state": state, "is_complete": is_complete}
    warehouse.publish(study_id, pl.DataFrame([row], schema=schema(Publication)))
    pending(warehouse, study_id).unlink(missing_ok=True)
    return now
