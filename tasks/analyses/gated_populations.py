"""Populations of acquisitions by the study's own gates: GatingML 2.0 or a FlowJo workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from schemas.errors import Problem
from schemas.study import Study
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.flow_runs import ACQUISITIONS, COMPENSATIONS, EVENTS, POPULATIONS, READS
from tasks.methods.flow_tubes import tubes_of, without_events
from tasks.methods.gates_files import gated, read_study_gates

GATES = "core.gate_files"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per file of acquisitions, where the study names gates."""
    if not study.config.flow.gating:
        return []
    names = dict(slices["core.raw_objects"].filter(status="loaded").select("object_id", "file_name").iter_rows())
    found = []
    for object_id in sorted(slices[ACQUISITIONS]["object_id"].unique()):
        name = names.get(object_id, object_id[:12])
        where = {table: {"object_id": (object_id,)} for table in READS}
        reason = (
            None if slices[GATES].height else f"{study.config.flow.gating} (flow.gating in study.yaml) is not there"
        )
        found.append(Part(name, where, {"file": name}, reason, (*READS, GATES)))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Gate every acquisition of the file.

    Raises ``BadInputError`` for a gates file that cannot be read; gates that do not fit the acquisition are warnings.
    """
    gates = read_study_gates(frames[GATES])
    assert gates, "parts without gates are skipped"
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    for tube in tubes_of(frames[ACQUISITIONS], frames[EVENTS], frames[COMPENSATIONS]):
        found, wrong = gated(tube, part.parameters["file"], gates)
        rows += found
        problems += wrong
    frame = {POPULATIONS: pl.DataFrame(rows, infer_schema_length=None)} if rows else {}
    return Computed(frame, tuple(dict.fromkeys(problems)))


def foretold(part: Part, frames: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """Gates that do not fit the acquisitions' channels, tried on no event."""
    gates = read_study_gates(frames[GATES])
    assert gates, "parts without gates are skipped"
    for row in frames[ACQUISITIONS].sort("data_set").iter_rows(named=True):
        tube = without_events(row)
        if row["event_count"] and not (row["is_excluded"] and tube.control):
            yield from gated(tube, part.parameters["file"], gates)[1]


ANALYSIS = Analysis(
    name="gated_populations",
    reads={**READS, GATES: (), "core.raw_objects": ("file_name", "status")},
    writes=(POPULATIONS,),
    parts=parts,
    run=run,
    parts_per_step=4,
    foretold=foretold,
)
