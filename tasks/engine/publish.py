"""Result tables to the published snapshot that analysts read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from schemas.polars_schema import schema
from schemas.tables.publications import Publication
from tasks.engine import exports, figures, report
from tasks.engine.figures import computations
from tasks.engine.outcomes import FileOutcome, Summary
from tasks.engine.problems import problems_of_rows
from tasks.engine.study_files import StudyFolder, require_registered
from tasks.methods.problem_lists import listed
from warehouse.code_hash import project_digest, versions
from warehouse.landing import HashCache
from warehouse.plan import digest
from warehouse.store import Warehouse


def state_of(folder: StudyFolder, hashes: Mapping[str, str], warehouse: Warehouse) -> str:
    """Digest of everything that the study's published rows depend on: bytes, acts of people, code, libraries."""
    libraries = tuple(sorted({name for a in computations().values() for name in a.libraries}))
    marker = act_marker(warehouse, folder.study.study_id)
    act = marker.read_text() if marker.exists() else ""
    return digest([str(folder.path), sorted(hashes.items()), act, project_digest(), versions(libraries)])


def is_current(folder: StudyFolder, hashes: Mapping[str, str], warehouse: Warehouse) -> bool:
    """Whether snapshot and report show this very state: then a run finds nothing to do."""
    study_id = folder.study.study_id
    shown = (warehouse.published, warehouse.path, report.path(study_id, warehouse.home))
    if not all(path.exists() for path in shown):
        return False
    with warehouse.snapshot() as session:
        known = session.read("ops.publications", {"study_id": [study_id]}, ["state", "is_complete"])
    return known.height > 0 and known.row(0) == (state_of(folder, hashes, warehouse), True)


def looks_current(folder: StudyFolder, warehouse: Warehouse, address: str) -> bool:
    """Whether a look at times and sizes already says that nothing changed; reads no raw file.

    ``address``: of the object store, which must have all files.
    """
    cache = HashCache.of(warehouse.home, folder.study.study_id, address)
    hashes = {f.name: known for f in folder.files.values() if (known := cache.get(f)) is not None}
    return len(hashes) == len(folder.files) and is_current(folder, hashes, warehouse)


def unchanged(folder: StudyFolder, warehouse: Warehouse) -> Summary:
    """What a run says that finds nothing to do: how many files stand, what is in quarantine or else wrong."""
    found = published(folder.study.study_id, warehouse)
    away = withdrawn_names(folder.study.study_id, warehouse)
    return replace(found, unchanged_count=len(folder.landing.keys() - away), is_unchanged=True)


def withdrawn_names(study_id: str, warehouse: Warehouse) -> set[str]:
    """Files whose rows a person took back, as the snapshot shows the study."""
    with warehouse.snapshot() as session:
        files = session.read("core.raw_objects", {"study_id": [study_id]}, ["file_name", "status"])
    return set(files.filter(status="retracted")["file_name"]) - set(files.filter(status="loaded")["file_name"])


def withdrawn(study_id: str, warehouse: Warehouse) -> tuple[FileOutcome, ...]:
    """Files that the snapshot, not yet swapped, shows as loaded and that were retracted since, with the reason."""
    if not warehouse.published.exists():
        return ()
    with warehouse.snapshot() as session:
        shown = session.read("core.raw_objects", {"study_id": [study_id], "status": ["loaded"]})
    with warehouse.open("look for retracted files") as session:
        now = session.read("core.raw_objects", {"study_id": [study_id], "status": ["retracted"]})
    gone = now.join(shown.select("file_name", "object_id", rows="row_count"), on=["file_name", "object_id"])
    return tuple(
        FileOutcome(r["file_name"], "retracted", r["assay"], None, r["rows"], r["reason"])
        for r in gone.sort("file_name").iter_rows(named=True)
    )


def published(study_id: str, warehouse: Warehouse) -> Summary:
    """What the snapshot shows that people should know: files in quarantine, and a screen of problems.

    Problems of files that are not loaded are left out: their reason is told with the file.
    """
    with warehouse.snapshot() as session:
        files = session.read("core.raw_objects", {"study_id": [study_id]}).sort("file_name")
        found = session.read("ops.validation_results", {"study_id": [study_id]})
        drawn = session.read(figures.TABLE, {"study_id": [study_id]}, ["stem"]).height
    loaded = files.filter(status="loaded")["file_name"]
    apart = set(files["file_name"]) - set(loaded)
    problems = [p for p in problems_of_rows(found) if p.file not in apart]
    standing = tuple(
        FileOutcome(r["file_name"], r["status"], r["assay"], None, 0, r["reason"])
        for r in files.filter(status="quarantined").iter_rows(named=True)
    )
    return Summary(
        study_id,
        standing=standing,
        warnings=tuple(listed(problems, study=study_id)),
        figure_count=drawn,
        figure_folder=str(figures.folder(study_id, warehouse.home)),
        report_path=str(path) if (path := report.path(study_id, warehouse.home)).exists() else "",
    )


def act_marker(warehouse: Warehouse, study_id: str) -> Path:
    """The file that names the study's last act (retract, exclude), so that a run sees that there was one."""
    return warehouse.home / "work" / "acts" / study_id


def publish_study(study_id: str, state: str, warehouse: Warehouse, *, is_complete: bool) -> datetime:
    """Swap the study's figures, exports and report, then its rows in the snapshot; remember the state that they show.

    ``state``: what ingest found. What arrived since then belongs to the next run. A night that dies
    between the swaps left the state of the snapshot as it was: the next night does all again.
    """
    with warehouse.open(f"publish {study_id}") as session:
        require_registered(session, study_id)
    figures.show(study_id, warehouse)
    exports.show(study_id, warehouse)
    now = datetime.now(UTC)
    report.show(study_id, warehouse, now)
    row = {"study_id": study_id, "published_at": now, "state": state, "is_complete": is_complete}
    warehouse.publish(study_id, pl.DataFrame([row], schema=schema(Publication)))
    return now
