"""Landing zone to core tables: keep the bytes of what is new, read it in batches, replace its rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from typing import Any

import polars as pl

from schemas.base import tables
from schemas.errors import Problem, Severity, UserError, warning
from schemas.polars_schema import conform
from schemas.study import Study
from schemas.tables.gate_files import GateFile
from schemas.validation import GX_ROWS, validate_objects
from schemas.validation import problems as problems_of
from tasks.contracts import Context, RawFile
from tasks.engine import features, foreseen_references, gate_files, sheets
from tasks.engine.foreseen import facts_wanted, foreseen
from tasks.engine.load_fingerprints import fingerprint_of
from tasks.engine.made_files import makes_files, with_made_files
from tasks.engine.outcomes import FileOutcome
from tasks.engine.problems import problem_rows
from tasks.engine.publish import state_of
from tasks.engine.reading import UNREAD, Reading, read_file
from tasks.engine.study_files import StudyFolder, read_folder
from tasks.engine.vanished import fetched, forget
from warehouse import acts, derived, ledger
from warehouse.landing import HashCache, is_as_found, now_ns
from warehouse.ledger import Arrival
from warehouse.objects import ObjectStore, hashed
from warehouse.store import Session, Warehouse

log = getLogger(__name__)
BATCH_FILES = 200
BATCH_BYTES = 2**30
FEATURES = "core.features"
SHEET_PROBLEM = "sheet_problem"
_UNCOUNTED = (FEATURES, UNREAD)  # no measurements of the file
Progress = Callable[[str], None]


@dataclass(frozen=True)
class IngestPlan:
    """What must be read, in batches of arrivals; everything else stands as it is."""

    study_id: str
    path: str
    batches: tuple[tuple[Arrival, ...], ...]
    unchanged_count: int
    state: str  # of the study as it was when the plan was made
    is_last: bool = True  # else what these batches load decides what else must be read: plan again


def hashes_of(folder: StudyFolder, home: Path, store: ObjectStore | None, tell: Progress = log.info) -> dict[str, str]:
    """Hash of every file of the study by name; bytes not seen before go to the object store, if one is given.

    A raw file that is still being written or may not be read is left out: it is tried again by the
    next run. Raises ``TransientError`` or ``BadInputError`` when a sheet cannot be read.
    """
    files = folder.files
    cache = HashCache.of(home, folder.study.study_id, store.address if store else None)
    unread = cache.missing(files.values())
    known = {f.name: h for f in files.values() if (h := cache.get(f)) is not None}
    if unread:
        tell(f"hashing {len(unread):,} new or touched files, {sum(f.size for f in unread) / 2**20:,.1f} MiB")
        taken, paths = now_ns(), [Path(f.path) for f in unread]
        fresh = store.put_many(paths) if store else [hashed(p) for p in paths]
        for file, result in zip(unread, fresh, strict=True):
            if isinstance(result, str):
                known[file.name] = result
            elif file.name in folder.landing:
                log.warning("%s is left for the next run: %s", file.name, result)
            else:
                raise result
        if store:  # what was only hashed is not kept yet
            cache.put(known, unread, taken)
    return known


def plan_ingest(
    folder: StudyFolder, warehouse: Warehouse, store: ObjectStore, *, move: bool = False, tell: Progress = log.info
) -> IngestPlan:
    """Keep all bytes, bring sheets and ledger up to date in one transaction, say what must be read."""
    study, study_id, now = folder.study, folder.study.study_id, datetime.now(UTC)
    here, folder = folder.files, with_made_files(folder, warehouse)
    hashes = hashes_of(folder, warehouse.home, store, tell)
    references = folder.hashed_references(hashes)
    own = [Arrival(f, hashes[f.name], "manifest") for f in folder.sheets.values()]
    own += [Arrival(f, hashes[f.name], "reference") for f in folder.own_references]
    with warehouse.open(f"ingest {study_id}") as session, session.transaction():
        state = state_of(
            folder, {name: h for name, h in hashes.items() if name in here}, warehouse
        )  # behind the lock: an act after this waits for the next run
        _register(session, folder, store, move=move)
        sheets.write(session, study, str(folder.path), now)
        gate_files.refresh(session, folder, hashes)
        before, retracted = ledger.current(session, study_id), acts.retracted(session, study_id)
        taken_out = ledger.unnamed(study, folder.landing, before)
        standing = before.join(taken_out, on=["file_name", "object_id"], how="anti")
        arrived = ledger.arrivals(study, folder.landing, hashes, standing, retracted)
        fingerprint = fingerprint_of(study, references)
        gone = ledger.vanished(study, folder.landing, before)
        change = ledger.transition(
            study_id, [*arrived, *gone], own, before, retracted, fingerprint, now, taken_out.to_dicts()
        )
        if ledger.drop_rows(session, study_id, change.dropped):
            features.prune(session, study_id)
        told = {"study_id": [study_id], "source": ["load"], "file_name": taken_out["file_name"].to_list()}
        session.delete("ops.validation_results", told)
        ledger.write(session, study_id, change.entries)
        check = {"study_id": [study_id], "source": ["check"]}
        problems = [*study.problems, *_unread(folder, hashes)]
        session.replace("ops.validation_results", check, problem_rows(study_id, "check", problems, now, hashes))
    log.info("planned ingest study=%s files=%d to_read=%d", study_id, len(arrived), len(change.to_read))
    unchanged_count = sum(a.key not in retracted for a in arrived) - sum(bool(a.file.path) for a in change.to_read)
    to_read = fetched(change.to_read, warehouse.home, store)
    is_last = not (to_read and makes_files(study))
    return IngestPlan(study_id, str(folder.path), _batches(to_read), unchanged_count, state, is_last)


def load_batch(
    plan: IngestPlan, batch: tuple[Arrival, ...], warehouse: Warehouse, store: ObjectStore
) -> list[FileOutcome]:
    """Read the batch's files, check their frames, replace their rows in one transaction."""
    folder = read_folder(Path(plan.path))
    references = folder.read_references()
    # kept file by file: the events of a whole batch need not fit into memory
    readings = [_keep_derived(_read(a, folder.study, references), warehouse.home, store) for a in batch]
    frames, readings = _checked(readings)
    now = datetime.now(UTC)
    with warehouse.open(f"load {plan.study_id}") as session, session.transaction():
        dropped = ledger.drop_rows(session, plan.study_id, [a.sha256 for a in batch if a.duplicate_of is None])
        rows = _store(session, plan.study_id, readings, frames)
        if derived.FILES in frames:
            derived.refresh_views(session.connection, warehouse.home)
        if dropped:
            features.prune(session, plan.study_id)
        fingerprint = fingerprint_of(folder.study, {key: r.sha256 for key, r in references.items()})
        keys = {"object_id": [a.sha256 for a in batch], "file_name": [a.file.name for a in batch]}
        known = session.read(ledger.LEDGER, {"study_id": [plan.study_id], **keys})
        before = {(row["file_name"], row["object_id"]): row for row in known.iter_rows(named=True)}
        entries = [
            _entry(before[a.key], a, r, rows.get(r.object_id, 0) if r.status == "loaded" else 0, fingerprint)
            for a, r in zip(batch, readings, strict=True)
        ]
        ledger.write(session, plan.study_id, entries)
        found = [problem for reading in readings for problem in reading.problems]
        objects = {a.file.name: a.sha256 for a in batch}
        session.replace(
            "ops.validation_results",
            {"study_id": [plan.study_id], "source": ["load"], "file_name": keys["file_name"]},
            problem_rows(plan.study_id, "load", found, now, objects),
        )
    forget(batch, warehouse.home)
    log.info("loaded study=%s files=%d rows=%d", plan.study_id, len(batch), sum(rows.values()))
    return [
        FileOutcome(
            r.name, r.status, r.assay, r.parser.name if r.parser else None, int(e["row_count"]), r.reason, r.is_bug
        )
        for r, e in zip(readings, entries, strict=True)
    ]


def register(folder: StudyFolder, warehouse: Warehouse, store: ObjectStore, *, move: bool) -> None:
    """Note where the study lies; loads nothing.

    Raises ``UserError`` when its id belongs to another folder and ``move`` is not given.
    """
    with warehouse.open(f"register {folder.study.study_id}") as session, session.transaction():
        _register(session, folder, store, move=move)
        sheets.write(session, folder.study, str(folder.path), datetime.now(UTC))


def check(folder: StudyFolder) -> list[Problem]:
    """Every problem of the study's sheets and files, as a run would find it; loads and keeps nothing."""
    fresh = {name: hashed(Path(f.path)) for name, f in folder.landing.items()}
    hashes = {name: found for name, found in fresh.items() if isinstance(found, str)}
    references = folder.read_references()
    found = [*folder.study.problems, *_unread(folder, hashes), *gate_files.problems(folder)]
    facts: dict[str, list[pl.DataFrame]] = {table: [] for table in facts_wanted() | foreseen_references.TABLES}
    described: list[pl.DataFrame] = []
    loaded: dict[str, str] = {}
    for batch in _batches(tuple(ledger.arrivals(folder.study, folder.landing, hashes))):
        frames, readings = _checked([_read(arrival, folder.study, references) for arrival in batch], gx_rows=0)
        # what a sheet does to a file is told with the sheet
        found += [p for reading in readings for p in reading.problems if p.rule != SHEET_PROBLEM]
        loaded |= {r.object_id: r.name for r in readings if r.status == "loaded"}
        described += [r.frames[FEATURES] for r in readings if FEATURES in r.frames]
        for table in facts.keys() & frames.keys():
            facts[table].append(frames[table])
    whole = {table: pl.concat(parts) for table, parts in facts.items() if parts}
    whole[GateFile.table_name] = gate_files.frame(folder, {r.name: r.sha256 for r in references.values()})
    found += foreseen_references.foreseen_references(folder.study, whole, described)
    return [*found, *foreseen(folder.study, whole, loaded)]


def _unread(folder: StudyFolder, hashes: Mapping[str, str]) -> list[Problem]:
    """A warning for each raw file that has no hash because it could not be read."""
    return [
        warning(
            name,
            "",
            "not_read_yet",
            "the file could not be read: it is still being written, or you have no right to read it",
            "Give yourself the right, or wait until the instrument is done; every run tries again.",
        )
        for name in folder.landing
        if name not in hashes
    ]


def _register(session: Session, folder: StudyFolder, store: ObjectStore, *, move: bool) -> None:
    study_id = folder.study.study_id
    known = session.read("core.studies", {"study_id": [study_id]}, ["path"])
    if known.height and known["path"][0] != str(folder.path) and not move:
        raise UserError(
            f"The study id {study_id} is registered for {known['path'][0]}. Give this study another study_id in "
            "study.yaml, or add --move if the folder was moved."
        )
    if not known.height:
        acts.recall(session, store, study_id)


def _batches(to_read: tuple[Arrival, ...]) -> tuple[tuple[Arrival, ...], ...]:
    batches: list[list[Arrival]] = []
    size = 0
    for arrival in to_read:
        if not batches or len(batches[-1]) >= BATCH_FILES or size + arrival.file.size > BATCH_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(arrival)
        size += arrival.file.size
    return tuple(map(tuple, batches))


def _read(arrival: Arrival, study: Study, references: Mapping[str, RawFile]) -> Reading:
    name, row = arrival.file.name, study.file_row(arrival.file.name)
    raw = RawFile(name, Path(arrival.file.path), arrival.sha256, arrival.file.modified_at)
    if arrival.conflict:
        problem = Problem(
            Severity.LOCAL,
            name,
            "",
            "",
            "same_bytes",
            arrival.conflict,
            "One of them is a copy by mistake: put the right file in its place, or correct files.csv.",
        )
        return Reading(name, raw.sha256, "quarantined", arrival.assay, problems=(problem,))
    if arrival.duplicate_of:
        problem = Problem(
            Severity.WARNING,
            name,
            "",
            "",
            "same_bytes",
            f"the same bytes as {arrival.duplicate_of}, read there",
            "If it should be another measurement, the wrong file was copied; otherwise nothing is to be done.",
        )
        return Reading(name, raw.sha256, "ignored", arrival.assay, problems=(problem,))
    if row is not None and (why := study.file_problem(row)):
        problem = Problem(
            Severity.LOCAL,
            name,
            "",
            "",
            SHEET_PROBLEM,
            why,
            "The file is read once the sheet is corrected.",
        )
        return Reading(name, raw.sha256, "quarantined", arrival.assay, problems=(problem,))
    layout = study.layouts.get(row.layout) if row and row.layout else None
    if is_as_found(arrival.file):
        reading = read_file(raw, Context(study, row, layout, references))
        if is_as_found(arrival.file):
            return reading
    message = "the file changed or went away while it was read"
    remedy = "Its bytes are kept; the next run reads it when it is there and nobody writes it any more."
    problem = warning(name, "", "still_written", message, remedy)
    return Reading(name, raw.sha256, "stored", arrival.assay, problems=(problem,))


def _keep_derived(reading: Reading, home: Path, store: ObjectStore) -> Reading:
    """Write what does not go into the database; its rows are then named like any other of the file."""
    if not reading.derived:
        return reading
    files = derived.keep(reading.object_id, reading.derived, home, store)
    return replace(reading, frames={**reading.frames, derived.FILES: files}, derived={})


def _checked(readings: list[Reading], *, gx_rows: int = GX_ROWS) -> tuple[dict[str, pl.DataFrame], list[Reading]]:
    """Frames of all files by table, in the tables' shape, without those of files that break a rule."""
    by_table: dict[str, list[pl.DataFrame]] = {}
    for reading in readings:
        for table, frame in reading.frames.items():
            if table != FEATURES:
                fill = {"study_id": "", "object_id": reading.object_id}
                by_table.setdefault(table, []).append(conform(frame, tables()[table], fill))
    frames = {table: pl.concat(found) if len(found) > 1 else found[0] for table, found in by_table.items()}
    broken: dict[str, tuple[Problem, ...]] = {}
    names = {r.object_id: r.name for r in readings if r.status == "loaded"}
    for table, frame in frames.items():
        for object_id, violations in validate_objects(frame, tables()[table], gx_rows=gx_rows).items():
            broken[object_id] = (*broken.get(object_id, ()), *problems_of(violations, names[object_id]))
    if broken:
        frames = {t: f.filter(~pl.col("object_id").is_in(list(broken))) for t, f in frames.items()}
    return frames, [
        replace(r, status="quarantined", problems=(*broken[r.object_id], *r.problems), frames={})
        if r.object_id in broken and r.status == "loaded"
        else r
        for r in readings
    ]


def _store(
    session: Session, study_id: str, readings: list[Reading], frames: Mapping[str, pl.DataFrame]
) -> dict[str, int]:
    """Append the rows of the batch's objects; give the number of rows by object."""
    for table, frame in frames.items():
        objects = sorted({r.object_id for r in readings if table in r.frames})
        fixed = {"study_id": study_id} | ({"object_id": objects[0]} if len(objects) == 1 else {})
        ordered = frame.drop(fixed).sort([c for c in tables()[table].sort_by if c not in fixed])
        session.insert(table, ordered, fixed)
        session.check_references(tables()[table], {"study_id": [study_id], "object_id": objects})
    features.refresh(session, study_id, [r.frames[FEATURES] for r in readings if FEATURES in r.frames])
    return {
        r.object_id: sum(f.height for t, f in r.frames.items() if t not in _UNCOUNTED) for r in readings if r.frames
    }


def _entry(
    known: Mapping[str, Any],
    arrival: Arrival,
    reading: Reading,
    rows: int,
    fingerprint: Callable[[Arrival, Mapping[str, Any]], str],
) -> dict[str, Any]:
    parser = reading.parser if reading.status == "loaded" else None
    entry = {
        **known,
        "assay": reading.assay,
        "parser": parser.name if parser else None,
        "parser_version": parser.version if parser else None,
        "status": reading.status,
        "reason": reading.reason,
        "sample_names": json.dumps(sorted(reading.sample_names)),
        "row_count": rows,
    }
    return {**entry, "load_fingerprint": fingerprint(arrival, entry)}
