"""Landing zone to core tables: hash and keep what is new, read it in batches, close the books."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path

import polars as pl

from schemas.base import tables
from schemas.errors import Problem, Severity, UserError
from schemas.polars_schema import conform
from tasks.contracts import Context, RawFile, parsers
from tasks.methods.sample_names import match_samples
from tasks.steps import features, sheets
from tasks.steps.outcomes import FileOutcome
from tasks.steps.problems import problem_rows
from tasks.steps.reading import Reading, read_file
from tasks.steps.study_files import StudyFolder, read_folder
from warehouse import acts, ledger
from warehouse.landing import FoundFile, HashCache, now_ns
from warehouse.ledger import Arrival
from warehouse.objects import ObjectStore
from warehouse.plan import digest
from warehouse.store import Session, Warehouse

log = getLogger(__name__)
BATCH_FILES = 200
BATCH_BYTES = 2**30
READERS = 4
Progress = Callable[[str], None]


@dataclass(frozen=True)
class IngestPlan:
    """What must be read, in batches of file names; everything else stands."""

    study_id: str
    path: str
    batches: tuple[tuple[str, ...], ...]
    unchanged_count: int
    state: str  # digest of all bytes that the study is made of


def hashes_of(folder: StudyFolder, warehouse: Warehouse, store: ObjectStore | None, tell: Progress) -> dict[str, str]:
    """Hash of every file of the study; files not seen before go to the object store, if one is given."""
    files = folder.files
    cache = HashCache(warehouse.home / "work" / "hashes" / f"{folder.study.study_id}.json")
    unread = cache.missing(files.values())
    known = {f.name: h for f in files.values() if (h := cache.get(f)) is not None}
    if unread:
        total = sum(f.size for f in unread)
        tell(f"hashing {len(unread)} new or touched files ({total / 2**20:.1f} MiB)")
        taken = now_ns()
        paths = [Path(f.path) for f in unread]
        fresh = store.put_many(paths) if store else [RawFile.read(p).sha256 for p in paths]
        new = dict(zip((f.name for f in unread), fresh, strict=True))
        known |= new
        if store:
            cache.put(new, unread, taken)
    return known


def state_digest(folder: StudyFolder, hashes: Mapping[str, str]) -> str:
    """Digest of the study's bytes: equal digests need no second ingest."""
    return digest([str(folder.path), sorted(hashes.items())])


def register(session: Session, folder: StudyFolder, *, move: bool) -> None:
    """Note which folder the study id stands for.

    Raises ``UserError`` when the id belongs to another folder and ``move`` is not given.
    """
    known = session.read("core.studies", {"study_id": [folder.study.study_id]}, ["path"])
    if known.height and known["path"][0] != str(folder.path) and not move:
        raise UserError(
            f"The study id {folder.study.study_id} is registered for {known['path'][0]}. Give this study another "
            "study_id in study.yaml, or add --move if the folder was moved."
        )


def plan_ingest(  # noqa: PLR0914 (one transaction, told in order)
    folder: StudyFolder, warehouse: Warehouse, store: ObjectStore, *, move: bool = False, tell: Progress = log.info
) -> IngestPlan:
    """Keep all bytes, bring sheets and ledger up to date in one transaction, say what must be read."""
    study, study_id = folder.study, folder.study.study_id
    hashes = hashes_of(folder, warehouse, store, tell)
    reference_hashes = {key: hashes[f.name] for key, f in folder.references.items()}
    arrived = ledger.arrivals(study, folder.landing, hashes, reference_hashes)
    now = datetime.now(UTC)
    to_read: list[Arrival] = []
    with warehouse.open(f"ingest {study_id}") as session:
        register(session, folder, move=move)
        before = {(r["file_name"], r["object_id"]): r for r in ledger.current(session, study_id).iter_rows(named=True)}
        changed: list[dict[str, object]] = []
        dropped: set[str] = set()
        retracted = acts.retracted(session, store, study_id)
        for file in [*folder.sheets.values(), *folder.references.values()]:
            kind = "manifest" if file.name in folder.sheets else "reference"
            if (file.name, hashes[file.name]) not in before or before[file.name, hashes[file.name]]["status"] != "loaded":
                arrival = Arrival(file, hashes[file.name], "")
                received = before.get((file.name, hashes[file.name]), {}).get("received_at", now)
                changed.append(ledger.entry(study_id, arrival, assay=kind, status="loaded", received_at=received))
        for arrival in arrived:
            known = before.get((arrival.file.name, arrival.sha256))
            if (arrival.file.name, arrival.sha256) in retracted:
                if known is None or known["status"] != "retracted":
                    reason = retracted[arrival.file.name, arrival.sha256]
                    changed.append(
                        ledger.entry(study_id, arrival, assay=(known or {}).get("assay") or "", status="retracted",
                                     received_at=(known or {}).get("received_at", now), reason=f"retracted: {reason}")
                    )
                    dropped.add(arrival.sha256)
            elif known is None or known["status"] in {"stored", "superseded", "retracted"} or _moved(study, arrival, known):
                to_read.append(arrival)
                row = study.file_row(arrival.file.name)
                if known is None or known["status"] not in {"loaded", "quarantined", "ignored"}:
                    changed.append(
                        ledger.entry(study_id, arrival, assay=(row.assay if row else None) or "", status="stored",
                                     received_at=(known or {}).get("received_at", now))
                    )
        present = {name: hashes[name] for name in folder.files}
        still = {sha for name, sha in present.items()}
        for (name, sha), row in before.items():
            if name in present and present[name] != sha and row["status"] not in {"superseded", "retracted"}:
                changed.append({**row, "status": "superseded", "row_count": 0, "reason": f"replaced by newer bytes of {name}"})
                if sha not in still:
                    dropped.add(sha)
        with session.transaction():
            sheets.write(session, folder, now)
            ledger.drop_rows(session, study_id, sorted(dropped))
            _write_entries(session, study_id, changed)
            session.replace(
                "ops.validation_results",
                {"study_id": [study_id], "source": ["check"]},
                problem_rows(study_id, "check", study.problems, now, hashes),
            )
            features.refresh(session, folder, hashes)
    log.info("planned ingest study=%s files=%d to_read=%d", study_id, len(arrived), len(to_read))
    return IngestPlan(
        study_id, str(folder.path), _batches(to_read), len(arrived) - len(to_read), state_digest(folder, hashes)
    )


def _moved(study: object, arrival: Arrival, known: Mapping[str, object]) -> bool:
    """Whether the file must be read again although its bytes are known."""
    return _fingerprint_now(study, arrival, known) != known["load_fingerprint"]  # type: ignore[arg-type]


def _fingerprint_now(study: Study, arrival: Arrival, known: Mapping[str, object]) -> str:  # type: ignore[name-defined]  # noqa: F821
    parser = parsers().get(str(known["parser"])) if known["status"] == "loaded" else None
    if parser is not None:
        names, _ = match_samples(json.loads(str(known["sample_names"])), sorted(study.sample_ids), arrival.file.name)
        return ledger.load_fingerprint(arrival, parser.name, parser.version, names)
    return unread_fingerprint(study, arrival)
