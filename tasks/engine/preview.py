"""What a run would do, found out without doing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.engine.figures import computations
from tasks.engine.ingest import hashes_of
from tasks.engine.load_fingerprints import fingerprint_of
from tasks.engine.study_files import StudyFolder
from warehouse import acts, ledger, runs
from warehouse.plan import plan
from warehouse.store import Warehouse


@dataclass(frozen=True)
class Preview:
    """Files that would be read, and parts of analyses that are already out of date."""

    to_read: tuple[str, ...]
    unchanged_count: int
    stale_parts: tuple[str, ...]
    skipped_parts: tuple[str, ...]


def preview(folder: StudyFolder, warehouse: Warehouse) -> Preview:
    """Compare folder and warehouse; writes nothing but the tables of an empty warehouse."""
    study = folder.study
    hashes = hashes_of(folder, warehouse.home, None)
    references = folder.hashed_references(hashes)
    if not warehouse.path.exists():
        arrived = ledger.arrivals(study, folder.landing, hashes)
        return Preview(tuple(a.file.name for a in arrived), 0, tuple(computations()), ())
    with warehouse.open(f"dry run {study.study_id}") as session:
        before, retracted = ledger.current(session, study.study_id), acts.retracted(session, study.study_id)
        taken_out = ledger.unnamed(study, folder.landing, before)
        standing = before.join(taken_out, on=["file_name", "object_id"], how="anti")
        arrived = ledger.arrivals(study, folder.landing, hashes, standing, retracted)
        fingerprint = fingerprint_of(study, references)
        gone = ledger.vanished(study, folder.landing, before)
        change = ledger.transition(
            study.study_id, [*arrived, *gone], [], before, retracted, fingerprint, datetime.now(UTC)
        )
        blocked = runs.blocked(session, study.study_id)
        plans = [p for a in computations().values() for p in plan(session, a, study, blocked)]
    return Preview(
        tuple(a.file.name for a in change.to_read),
        len(arrived) - sum(bool(a.file.path) for a in change.to_read),
        tuple(p.label for p in plans if p.must_run),
        tuple(f"{p.label}: {p.part.skip}" for p in plans if p.state == "skipped"),
    )
