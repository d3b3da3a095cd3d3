"""The ingest ledger: what becomes of each raw file of a study when files, sheets or parsers change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from schemas.base import tables
from schemas.polars_schema import schema
from schemas.sheets import FileRow
from schemas.study import Study
from schemas.tables.raw_objects import RawObject
from schemas.vocabulary import REFERENCE_TABLES
from warehouse.landing import FoundFile
from warehouse.plan import digest, is_fact
from warehouse.store import Session

LEDGER = "core.raw_objects"
NOTHING_READ: Mapping[str, Any] = {
    "parser": None,
    "parser_version": None,
    "load_fingerprint": "",
    "sample_names": "[]",
    "row_count": 0,
}
UNREAD = frozenset({"stored", "superseded", "retracted"})


@dataclass(frozen=True)
class Arrival:
    """A file of the study with its hash and what the study says about it."""

    file: FoundFile
    sha256: str
    assay: str = ""  # files.csv's, or `manifest`, `reference` for the study's own files
    said: str = ""  # digest of its files.csv row and layout
    duplicate_of: str | None = None  # another file with the same bytes, read in this one's stead
    conflict: str | None = None  # why identical bytes cannot be both

    @property
    def key(self) -> tuple[str, str]:
        """Name and bytes: what a ledger row is about."""
        return self.file.name, self.sha256


@dataclass(frozen=True)
class Transition:
    """What a new look at the folder changes: ledger rows, objects whose rows go, files to read."""

    entries: tuple[Mapping[str, Any], ...]
    dropped: tuple[str, ...]
    to_read: tuple[Arrival, ...]


def arrivals(
    study: Study,
    files: Mapping[str, FoundFile],
    hashes: Mapping[str, str],
    before: pl.DataFrame | None = None,
    retracted: Collection[tuple[str, str]] = (),
) -> list[Arrival]:
    """Describe every landing file that has a hash.

    Identical bytes are read once, and not at all when files.csv gives them to two samples. A file
    loaded ``before`` that is gone from landing still counts; a ``retracted`` name and bytes do not.
    """
    by_hash = _names_by_hash(files, hashes, before, retracted)
    rows = {row.file: row for row in study.files}
    found: list[Arrival] = []
    for name, file in ((n, f) for n, f in files.items() if n in hashes):
        row, names = rows.get(name), by_hash.get(hashes[name], [name])
        samples = sorted({s for n in names if n in rows and (s := rows[n].sample)})
        conflict = None
        if len(names) > 1 and len(samples) > 1:
            others = ", ".join(n for n in names if n != name)
            conflict = f"the same bytes as {others}, but files.csv gives them to the samples {', '.join(samples)}"
        duplicate_of = names[0] if name in names[1:] else None
        said = _said(study, row)
        found.append(Arrival(file, hashes[name], (row.assay if row else None) or "", said, duplicate_of, conflict))
    return found


def vanished(study: Study, files: Mapping[str, FoundFile], before: pl.DataFrame) -> list[Arrival]:
    """Loaded files that are gone from landing and that files.csv still names: its row and layout may have changed.

    They have no path; their bytes are in the object store. One that no row names stands as it is: taking the row
    of an archived file out of the sheet must not take its rows.
    """
    found = []
    for entry in before.filter(status="loaded").iter_rows(named=True):
        row = study.file_row(entry["file_name"])
        if row is not None and entry["file_name"] not in files:
            touched_ns = int(entry["modified_at"].timestamp() * 1e9)
            file = FoundFile(entry["file_name"], "", entry["size_bytes"], (entry["size_bytes"], touched_ns, 0, 0))
            found.append(Arrival(file, entry["object_id"], row.assay or "", _said(study, row)))
    return found


def unnamed(study: Study, files: Mapping[str, FoundFile], before: pl.DataFrame) -> pl.DataFrame:
    """Ledger rows of miRNA targets and gene sets that study.yaml named once and names no more: their rows must go.

    A raw file that is gone from landing stays loaded; a table that the study takes no longer must not be used.
    """
    rows = before.filter(
        pl.col("assay").is_in(REFERENCE_TABLES)
        & pl.col("status").is_in(["loaded", "quarantined"])
        & ~pl.col("file_name").is_in(list(files))
    )
    named = [row.file for row in study.files if row.assay in REFERENCE_TABLES]
    return rows.filter(~pl.col("file_name").is_in(named))


def _said(study: Study, row: FileRow | None) -> str:
    """Digest of what the sheets say of a file: its row, its layout, what is wrong with them."""
    layout = study.layouts.get(row.layout) if row and row.layout else None
    return digest(
        [
            row.model_dump(mode="json", exclude={"line", "problem"}) if row else None,
            layout.model_dump(mode="json", exclude={"sha256", "problem"}) if layout else None,
            study.file_problem(row) if row else None,
        ]
    )


def _names_by_hash(
    files: Mapping[str, FoundFile],
    hashes: Mapping[str, str],
    before: pl.DataFrame | None,
    retracted: Collection[tuple[str, str]],
) -> dict[str, list[str]]:
    """Names that hold the same bytes: those loaded but gone first, then by name."""
    loaded = [] if before is None else before.filter(status="loaded").select("file_name", "object_id").rows()
    gone = [(name, sha256) for name, sha256 in loaded if name not in files]
    here = [(name, hashes[name]) for name in files if name in hashes and (name, hashes[name]) not in retracted]
    found: dict[str, list[str]] = {}
    for name, sha256 in (*sorted(gone), *sorted(here)):
        found.setdefault(sha256, []).append(name)
    return found


def load_fingerprint(arrival: Arrival, parser: str, version: str, names: object, references: object) -> str:
    """sha256 of bytes, parser with its version, files.csv row, layout, references and what its sample names mean."""
    twin = [arrival.duplicate_of, arrival.conflict]
    return digest([arrival.sha256, arrival.said, parser, version, names, references, twin])


def transition(
    study_id: str,
    arrived: Iterable[Arrival],
    own: Iterable[Arrival],
    before: pl.DataFrame,
    retracted: Mapping[tuple[str, str], str],
    fingerprint: Callable[[Arrival, Mapping[str, Any]], str],
    now: datetime,
    taken_out: Iterable[Mapping[str, Any]] = (),
) -> Transition:
    """Apply the change rules to what lies in the folder now.

    ``own`` are the sheets and references, which are kept but not parsed; ``retracted`` gives the
    reason by name and bytes; ``fingerprint`` is what the load fingerprint of a known file would
    be today. New bytes under a known name supersede the old ones, old bytes that come back are
    read again, a file gone from the folder changes nothing, unless it is ``taken_out`` of study.yaml.
    """
    known = {(r["file_name"], r["object_id"]): r for r in before.iter_rows(named=True)}
    entries: dict[tuple[str, str], Mapping[str, Any]] = {}
    to_read: list[Arrival] = []
    present: dict[str, str] = {}
    dropped: set[str] = set()
    for arrival in own:
        present[arrival.file.name] = arrival.sha256
        if known.get(arrival.key, {}).get("status") != "loaded":
            entries[arrival.key] = _entry(study_id, arrival, known.get(arrival.key), now, "loaded")
    for arrival in arrived:
        present[arrival.file.name] = arrival.sha256
        row = known.get(arrival.key)
        if arrival.key in retracted:
            if row is None or row["status"] != "retracted":
                reason = f"retracted: {retracted[arrival.key]}"
                entries[arrival.key] = _entry(study_id, arrival, row, now, "retracted", reason)
                if row is not None and row["status"] == "loaded":
                    dropped.add(arrival.sha256)
        elif row is None or row["status"] in UNREAD:
            entries[arrival.key] = _entry(study_id, arrival, row, now, "stored")
            to_read.append(arrival)
        elif fingerprint(arrival, row) != row["load_fingerprint"]:
            to_read.append(arrival)
    for (name, sha256), row in known.items():
        if present.get(name, sha256) != sha256 and row["status"] not in {"superseded", "retracted"}:
            reason = f"replaced by newer bytes of {name}"
            entries[name, sha256] = unread(row, "superseded", reason)
            if row["status"] == "loaded":  # otherwise the rows are those of another file with the same bytes
                dropped.add(sha256)
    for left in taken_out:
        entries[left["file_name"], left["object_id"]] = unread(left, "stored", "the study names it no more")
        if left["status"] == "loaded":
            dropped.add(left["object_id"])
    return Transition(tuple(entries.values()), tuple(sorted(dropped)), tuple(to_read))


def current(session: Session, study_id: str) -> pl.DataFrame:
    """The study's ledger."""
    return session.read(LEDGER, {"study_id": [study_id]})


def write(session: Session, study_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Replace the ledger rows of the given names and bytes; call it inside a transaction."""
    if not entries:
        return
    frame = pl.DataFrame(list(entries), schema=schema(RawObject), orient="row")
    session.connection.register("_entries", frame.select("file_name", "object_id").to_arrow())
    session.connection.execute(
        "DELETE FROM core.raw_objects WHERE study_id = ? AND EXISTS (SELECT 1 FROM _entries AS e "
        "WHERE e.file_name = raw_objects.file_name AND e.object_id = raw_objects.object_id)",
        [study_id],
    )
    session.connection.unregister("_entries")
    session.insert(LEDGER, frame)


def unread(row: Mapping[str, Any], status: str, reason: str) -> dict[str, Any]:
    """A known file's entry when none of its rows stand any more; bytes, dates and assay are kept."""
    return {**row, **NOTHING_READ, "status": status, "reason": reason}


def drop_rows(session: Session, study_id: str, object_ids: Sequence[str]) -> int:
    """Delete what was loaded from the given objects and give the number of rows; call it inside a transaction."""
    if not object_ids:
        return 0
    scope = {"study_id": [study_id], "object_id": list(object_ids)}
    return sum(session.delete(table, scope) for table in tables() if is_fact(table))


def _entry(
    study_id: str,
    arrival: Arrival,
    row: Mapping[str, Any] | None,
    now: datetime,
    status: str,
    reason: str | None = None,
) -> dict[str, Any]:
    return {
        "study_id": study_id,
        "object_id": arrival.sha256,
        "file_name": arrival.file.name,
        "size_bytes": arrival.file.size,
        "assay": arrival.assay,
        **NOTHING_READ,
        "status": status,
        "reason": reason,
        "modified_at": arrival.file.modified_at,
        "received_at": row["received_at"] if row else now,
    }
