"""Fingerprints: what is current and what must run.

A part's fingerprint is made of the load fingerprints and sheet rows that it reads, the runs
that made the result rows it reads, its parameters, its code and the versions of its libraries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from schemas.base import declared, derived_tables
from schemas.errors import DeclarationError
from schemas.study import Study
from tasks.contracts import Analysis, Part
from warehouse.code_hash import module_digest, versions
from warehouse.store import Session

SHEETS_LEFT_OUT = frozenset({"registered_at", "problem"})


@dataclass(frozen=True)
class PartPlan:
    """A part with its fingerprint and what is known of its earlier attempts."""

    analysis: str
    study_id: str
    part: Part
    fingerprint: str
    inputs: Mapping[str, str]
    state: str  # current, stale (its rows are of older inputs), new, skipped
    previous_run: str | None  # run whose rows are in the result tables
    attempt: int  # how often this fingerprint was attempted before
    is_recorded: bool  # the last attempt ended as this plan would: nothing new to write down
    refusal: str | None = None  # why its inputs, as they still are, gave no row

    @property
    def must_run(self) -> bool:
        """Whether there is something to compute."""
        return self.state in {"stale", "new"}

    @property
    def label(self) -> str:
        """Name for people: analysis and part."""
        return f"{self.analysis} [{self.part.key}]"


def digest(value: object) -> str:
    """sha256 of a JSON value, order of keys left out."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def frame_digest(frame: pl.DataFrame) -> str:
    """Digest of a frame's rows in any order."""
    if not frame.height:
        return "empty"
    hashes = frame.select(sorted(frame.columns)).hash_rows(seed=7).sort()
    return hashlib.sha256(hashes.to_numpy().tobytes()).hexdigest()


def is_fact(table: str) -> bool:
    """Whether the table's rows come from raw objects."""
    return "object_id" in declared()[table].model_fields and table.startswith("core.") and table != "core.raw_objects"


def is_computed(table: str) -> bool:
    """Whether an analysis, too, writes rows of raw objects there: their content then depends on its runs."""
    return is_fact(table) and "run_id" in declared()[table].model_fields


def matching(frame: pl.DataFrame, where: Mapping[str, Sequence[object]], table: str = "") -> pl.DataFrame:
    """Rows whose columns have one of the given values.

    Raises ``DeclarationError`` when a part filters a column that its analysis did not name as a slice.
    """
    for column, wanted in where.items():
        if column not in frame.columns:
            raise DeclarationError(f"a part filters {table}.{column}, which is no slice column of its analysis")
        frame = frame.filter(
            pl.col(column).is_in(pl.Series(wanted, dtype=frame.schema[column]).implode(), nulls_equal=True)
        )
    return frame


def slices(session: Session, analysis: Analysis, study_id: str) -> dict[str, pl.DataFrame]:
    """Distinct slice values of every table read, with the object or run they come from; sheets whole."""
    found: dict[str, pl.DataFrame] = {}
    for table, names in analysis.reads.items():
        origin = "object_id" if is_fact(table) else "run_id" if table.startswith("result.") else None
        if table in derived_tables():
            scope = {"study_id": [study_id], "kind": [table.partition(".")[2]]}
            found[table] = session.read("core.derived_files", scope, ["object_id"], distinct=True)
        elif origin is None:
            found[table] = session.read(table, {"study_id": [study_id]})
        else:
            by_run = ("run_id",) if is_computed(table) else ()
            select = list(dict.fromkeys((*names, origin, *by_run)))
            found[table] = session.read(table, {"study_id": [study_id]}, select, distinct=True)
    return found


def _inputs(
    part: Part,
    found: Mapping[str, pl.DataFrame],
    load_fingerprints: Mapping[str, str],
    exclusions: pl.DataFrame,
) -> dict[str, str]:
    inputs: dict[str, str] = {}
    object_ids: set[str] = set()
    for table, frame in found.items():
        if part.tables is not None and table not in part.tables:
            continue
        rows = matching(frame, part.where.get(table, {}), table)
        if is_fact(table):
            ids = set(rows["object_id"].to_list())
            object_ids |= ids
            inputs[table] = digest(sorted(load_fingerprints[i] for i in ids))
            if is_computed(table):
                inputs[f"{table}.run_id"] = digest(sorted(set(rows["run_id"].drop_nulls())))
        elif table.startswith("result."):
            inputs[table] = digest(sorted(set(rows["run_id"].to_list())))
        else:
            inputs[table] = frame_digest(rows.drop([c for c in rows.columns if c in SHEETS_LEFT_OUT]))
    sample_ids: list[Any] = []
    if "core.samples" in found:
        sample_ids = matching(found["core.samples"], part.where.get("core.samples", {}))["sample_id"].to_list()
    touching = exclusions.filter(
        pl.col("object_id").is_in(sorted(object_ids))
        | (pl.col("object_id").is_null() & pl.col("file_name").is_null() & pl.col("sample_id").is_in(sample_ids))
    )
    inputs["core.exclusions"] = frame_digest(touching.select("object_id", "well", "sample_id"))
    return inputs


def plan(session: Session, analysis: Analysis, study: Study, blocked: Mapping[str, str]) -> list[PartPlan]:
    """Every part of an analysis with its fingerprint, compared with what was computed before.

    ``blocked``: assay to reason, for assays whose files contradict each other.
    """
    study_id = study.study_id
    found = slices(session, analysis, study_id)
    loads = session.read(
        "core.raw_objects", {"study_id": [study_id], "status": ["loaded"]}, ["object_id", "load_fingerprint"]
    )
    load_fingerprints = dict(loads.iter_rows())
    exclusions = excluded(session, study_id)
    before = history(session, study_id, analysis.name)
    code = module_digest(analysis.run.__module__)
    plans: list[PartPlan] = []
    for part in analysis.parts(study, found):
        inputs = _inputs(part, found, load_fingerprints, exclusions)
        skip = part.skip or (blocked.get(analysis.feeds.assay) if analysis.feeds else None)
        fingerprint = digest(
            [analysis.name, study_id, part.key, inputs, dict(part.parameters), code, versions(analysis.libraries), skip]
        )
        last = before.get(part.key, {})
        if skip:
            state = "skipped"
        elif last.get("fingerprint") == fingerprint and last.get("status") in {"done", "skipped"}:
            state = "current"
        else:
            state = "stale" if last.get("previous_run") else "new"
        plans.append(
            PartPlan(
                analysis.name,
                study_id,
                replace(part, skip=skip),
                fingerprint,
                inputs,
                state,
                last.get("previous_run"),
                last.get("attempts", {}).get(fingerprint, 0),
                last.get("fingerprint") == fingerprint and last.get("status") in {"done", "skipped"},
                last["reason"] if state == "current" else None,
            )
        )
    return plans


def history(session: Session, study_id: str, analysis: str) -> dict[str, dict[str, Any]]:
    """By part: its last attempt, the run whose rows stand, attempts per fingerprint."""
    runs = session.query(
        "SELECT part, fingerprint, status, reason, run_id FROM ops.analysis_runs "
        "WHERE study_id = ? AND analysis = ? ORDER BY finished_at, attempt_id",
        [study_id, analysis],
    )
    found: dict[str, dict[str, Any]] = {}
    for row in runs.iter_rows(named=True):
        known = found.setdefault(row["part"], {"attempts": {}, "previous_run": None})
        known["attempts"][row["fingerprint"]] = known["attempts"].get(row["fingerprint"], 0) + 1
        known |= {"fingerprint": row["fingerprint"], "status": row["status"], "reason": row["reason"]}
        if row["status"] != "failed":
            known["previous_run"] = row["run_id"] if row["status"] == "done" else None
    return found


def excluded(session: Session, study_id: str) -> pl.DataFrame:
    """Exclusions of a study with the object that their file is now: object_id, file_name, well, sample_id, reason."""
    return session.query(
        "SELECT o.object_id, e.file_name, e.well, e.sample_id, e.reason FROM core.exclusions AS e "
        "LEFT JOIN core.raw_objects AS o ON o.study_id = e.study_id AND o.file_name = e.file_name "
        "AND o.status = 'loaded' WHERE e.study_id = ? ORDER BY ALL",
        [study_id],
    )
