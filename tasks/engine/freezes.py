"""Results kept under a name: the rows as Parquet in the object store, the act beside them, written once.

A freeze holds every result table of the study but the pictures, the runs that made the rows with parameters,
versions and the raw files that they read, the ledger of files, and the exclusions, as they were published.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.base import tables
from schemas.errors import UserError
from schemas.study import Study
from tasks.contracts import analyses
from tasks.engine.change_causes import contents
from tasks.engine.study_files import require_registered
from warehouse import acts
from warehouse.objects import ObjectStore
from warehouse.plan import is_fact, matching, plan, slices
from warehouse.store import Session, Warehouse

LONGEST = 100
PICTURES = "result.figures"
RUNS, OBJECTS, EXCLUSIONS = "ops.analysis_runs", "core.raw_objects", "core.exclusions"
FEEDS = "feeds"  # run_id, object_id: which raw files a run read, directly or through other runs
PLACES = "places"  # what the files hold of cultures, times and targets; freezes of earlier versions lack it


@dataclass(frozen=True)
class Frozen:
    """Results under a name: frames by table, who kept them, when and why."""

    label: str
    frames: Mapping[str, pl.DataFrame]
    act: Mapping[str, Any]


def freeze(
    study: Study, warehouse: Warehouse, store: ObjectStore, label: str, reason: str
) -> Mapping[str, pl.DataFrame]:
    """Keep the published results of a study under ``label`` for ever; gives what is kept, by table.

    Raises ``UserError`` for a label that is empty, too long or taken, and where nothing is published.
    """
    label, study_id = label.strip(), study.study_id
    if not label or len(label) > LONGEST or not label.isprintable():
        raise UserError(f"{label!r} is no name for results: give a short one, such as submission-1.")
    frames = standing(study, warehouse)
    with warehouse.open(f"freeze {study_id}") as session, session.transaction():
        require_registered(session, study_id)
        acts.recall(session, store, study_id)
        if known := _act(session, study_id, label):
            raise UserError(
                f"{study_id} has results under the name {label!r} already, kept {known['acted_at']:%Y-%m-%d %H:%M} UTC "
                f"by {known['actor']}. They stay as they are: choose another name."
            )
        keys = {name: store.put_bytes(data, "frozen", digest) for name, (digest, data) in _as_parquet(frames).items()}
        listed = json.dumps(keys, sort_keys=True).encode()
        digest = hashlib.sha256(listed).hexdigest()
        store.put_bytes(listed, "frozen", digest)
        acts.record(
            session, store, study_id, "freeze", file=None, well=None, reason=reason, object_id=digest, label=label
        )
    return frames


def thaw(study_id: str, warehouse: Warehouse, store: ObjectStore, label: str) -> Frozen:
    """What was kept under ``label``. Raises ``UserError`` that lists the names there are."""
    with warehouse.open(f"look up what was frozen of {study_id}") as session, session.transaction():
        require_registered(session, study_id)
        acts.recall(session, store, study_id)
        act = _act(session, study_id, label.strip())
        known = session.read(acts.AUDIT, {"study_id": [study_id], "act": ["freeze"]}, ["label", "acted_at"])
    if act is None:
        names = ", ".join(known.sort("acted_at")["label"])
        said = f"There are: {names}." if names else f"Keep today's with `benchlake freeze {study_id} LABEL`."
        raise UserError(f"Nothing of {study_id} was frozen under the name {label!r}. {said}")
    keys = json.loads(store.read(f"frozen/{act['object_id']}"))
    return Frozen(label, {name: pl.read_parquet(io.BytesIO(store.read(key))) for name, key in keys.items()}, act)


def standing(study: Study, warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    """The published results of a study, and what they are of. Raises ``UserError`` where nothing is published."""
    scope = {"study_id": [study.study_id]}
    wanted = [name for name in tables() if name.startswith("result.") and name != PICTURES]
    with warehouse.snapshot() as session:
        if not session.read("ops.publications", scope, ["study_id"]).height:
            raise UserError(f"Nothing of {study.study_id} is published yet. Run `benchlake run STUDY` first.")
        frames = {name: session.read(name, scope) for name in (*wanted, OBJECTS, EXCLUSIONS)}
        runs = {i for name in wanted for i in frames[name]["run_id"].drop_nulls().unique()}
        made = session.read(RUNS, {**scope, "status": ["done"], "run_id": sorted(runs)})
        frames[RUNS] = made.sort("finished_at").unique("run_id", keep="last").sort("analysis", "part")
        frames[FEEDS] = feeds(session, study)
        frames[PLACES] = contents(session, study.study_id)
    return frames


def feeds(session: Session, study: Study) -> pl.DataFrame:
    """The raw files (object_id) that the run of every part (run_id) reads, directly or through what others made."""
    sources: dict[str, set[str]] = {}
    for analysis in analyses().values():
        found = slices(session, analysis, study.study_id)
        for item in plan(session, analysis, study, {}):
            if item.previous_run is None:
                continue
            mine = sources.setdefault(item.previous_run, set())
            for table, frame in found.items():
                if item.part.tables is not None and table not in item.part.tables:
                    continue
                rows = matching(frame, item.part.where.get(table, {}), table)
                if is_fact(table):
                    mine |= set(rows["object_id"])
                if "run_id" in rows.columns:
                    mine |= {o for run in rows["run_id"].drop_nulls().unique() for o in sources.get(run, ())}
    pairs = sorted((run, o) for run, objects in sources.items() for o in objects)
    return pl.DataFrame(pairs, schema={"run_id": pl.String, "object_id": pl.String}, orient="row")


def _act(session: Session, study_id: str, label: str) -> Mapping[str, Any] | None:
    rows = session.read(acts.AUDIT, {"study_id": [study_id], "act": ["freeze"], "label": [label]})
    return rows.row(0, named=True) if rows.height else None


def _as_parquet(frames: Mapping[str, pl.DataFrame]) -> dict[str, tuple[str, bytes]]:
    found = {}
    for name, frame in frames.items():
        stream = io.BytesIO()
        frame.write_parquet(stream, compression="zstd")
        found[name] = (hashlib.sha256(stream.getvalue()).hexdigest(), stream.getvalue())
    return found
