"""Compensation: which spillover matrix counts for each acquisition."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.flow_channels import channel_named
from tasks.methods.flow_controls import lost_controls, lost_problem
from tasks.methods.problem_lists import several
from tasks.methods.spillover import Spillover, from_single_stains

ACQUISITIONS, EVENTS, COMPENSATIONS = "core.flow_samples", "core.flow_events", "result.flow_compensations"
OBJECTS = "core.raw_objects"
CONTROLS = ("unstained", "single_stain")


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> Sequence[Part]:
    """One part per run and panel; of the events only those of its single stains and unstained controls are read.

    Controls whose marker names no channel are a part of their own, which says so.
    """
    names = dict(slices[OBJECTS].filter(pl.col("status") == "loaded").select("object_id", "file_name").iter_rows())
    found = []
    for (run, panel), rows in slices[ACQUISITIONS].group_by("run", "panel"):
        key = f"{run or ''}/{panel}"
        controls = rows.filter(pl.col("control").is_in(list(CONTROLS)))["object_id"].unique().sort()
        where = {ACQUISITIONS: {"run": (run,), "panel": (panel,)}}
        files = {o: names.get(o, o[:12]) for o in rows["object_id"].unique().sort()}
        if controls.is_empty():
            found.append(Part(key, where, {"files": files}, tables=(ACQUISITIONS,)))
        else:
            events = {EVENTS: {"object_id": tuple(controls)}}
            found.append(Part(key, where | events, {"files": files}, tables=(ACQUISITIONS, EVENTS)))
        if lost := lost_controls(rows):
            lines = {row.file: row.line for row in study.files}
            said = [item | {"file": files[o], "line": lines.get(files[o], 0)} for o, item in lost.items()]
            objects = {ACQUISITIONS: {"object_id": tuple(lost)}}
            found.append(Part(f"{key}, markers", objects, {"lost": said}, tables=(ACQUISITIONS,)))
    return sorted(found, key=lambda part: part.key)


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Choose a matrix for every acquisition of a run and panel.

    A matrix file of the study goes before the acquisition's keyword. Where neither compensates anything, the matrix
    is computed from single stains: medians of all events of each single stain less those of the unstained control, as
    shares of the stain's own channel (flowCore's ``spillover`` gives the same). One row per acquisition; warns
    where several stains go uncompensated.
    """
    if "lost" in part.parameters:
        return Computed({}, tuple(lost_problem(**item) for item in part.parameters["lost"]))
    rows = frames[ACQUISITIONS].sort("object_id", "data_set")
    computed, reason = _from_controls(rows.filter(~pl.col("is_excluded")), frames.get(EVENTS, pl.DataFrame()))
    chosen = [_choice(row, computed, reason) for row in rows.to_dicts()]
    lacking = [
        part.parameters["files"][row["object_id"]]
        for row, item in zip(rows.to_dicts(), chosen, strict=True)
        if item["flag"] == "compensation_missing" and row["control"] is None
    ]
    problems: tuple[Problem, ...] = ()
    if lacking:
        problem = warning(
            "files.csv",
            f"run {part.key}",
            "compensation_missing",
            f"{several(sorted(set(lacking)))}: several stains and no compensation ({reason})",
            "Name a matrix file as flow.compensation in study.yaml, or declare single-stain controls in files.csv.",
        )
        problems = (problem,)
    return Computed({COMPENSATIONS: pl.DataFrame(chosen, infer_schema_length=None)}, problems)


def _choice(row: Mapping[str, Any], computed: Spillover | None, reason: str) -> dict[str, Any]:
    own = Spillover.from_json(row["spillover"]) if row["spillover"] else None
    stains = [c["column"] for c in json.loads(row["channels"]) if c["kind"] == "fluorescence"]
    found: dict[str, Any] = {
        "object_id": row["object_id"],
        "data_set": row["data_set"],
        "flag": None,
        "na_reason": None,
    }
    if own and row["spillover_source"] != "keyword":
        return found | {"source": "matrix_file", "compensation": row["spillover_source"], "spillover": row["spillover"]}
    if own and not own.is_identity:
        return found | {"source": "keyword", "compensation": "keyword", "spillover": row["spillover"]}
    if computed and set(computed.channels) <= set(stains):
        name = f"single stains of {', '.join(computed.channels)}"
        return found | {"source": "single_stains", "compensation": name, "spillover": computed.to_json()}
    if own:
        flag = "compensation_identity" if len(stains) > 1 else None
        return found | {"source": "keyword", "compensation": "keyword", "spillover": row["spillover"], "flag": flag}
    flag = "compensation_missing" if len(stains) > 1 else None
    return found | {"source": "none", "compensation": None, "spillover": None, "flag": flag, "na_reason": reason}


def _from_controls(rows: pl.DataFrame, events: pl.DataFrame) -> tuple[Spillover | None, str]:
    """The matrix that the single stains give; without one, the reason."""
    stained: dict[str, list[tuple[str, int]]] = {}
    panel = rows["channels"].unique(maintain_order=True).to_list()  # controls are often recorded without stains' names
    for row in rows.filter(control="single_stain").to_dicts():
        said = row["marker"] or ""
        named = (channel_named(said, json.loads(channels)) for channels in (row["channels"], *panel))
        channel = next(filter(None, named), None)
        if channel is None:
            return None, f"the single stain for {said!r} names no fluorescence channel; write it as files.csv `marker`"
        stained.setdefault(channel["column"], []).append((row["object_id"], row["data_set"]))
    bare = rows.filter(control="unstained").select("object_id", "data_set").rows()
    if len(stained) < 2:  # noqa: PLR2004 -- a pair of stains is the least that can spill
        return None, "no matrix in the file or the study, and no single stains of its run and panel"
    if not bare:
        return None, "single stains without an unstained control of their run and panel"
    medians = {own: _medians(events, of, tuple(stained)) for own, of in stained.items()}
    unstained = _medians(events, bare, tuple(stained))
    if any(value is None for found in (unstained, *medians.values()) for value in found.values()):
        return None, "a control without events in the channels of the other stains"
    try:
        return from_single_stains(unstained, medians), ""
    except ValueError as error:
        return None, str(error)


def _medians(events: pl.DataFrame, of: Sequence[tuple[str, int]], channels: Sequence[str]) -> dict[str, Any]:
    keys = pl.DataFrame(list(of), schema={"object_id": pl.String, "data_set": pl.Int64}, orient="row")
    found = events.join(keys, on=["object_id", "data_set"], how="semi")
    here = [c for c in channels if c in found.columns]
    return dict.fromkeys(channels) | (found.select(pl.col(here).median()).row(0, named=True) if here else {})


ANALYSIS = Analysis(
    name="flow_compensations",
    reads={
        ACQUISITIONS: ("object_id", "run", "panel", "control", "marker", "channels"),
        EVENTS: (),
        OBJECTS: ("object_id", "file_name", "status"),
    },
    writes=(COMPENSATIONS,),
    parts=parts,
    run=run,
)
