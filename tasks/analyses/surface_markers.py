"""Surface markers: percent positive against control tubes and median intensities of marker panels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from schemas.errors import Problem
from schemas.study import Study
from schemas.tables.surface_markers import SurfaceMarker
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.flow_runs import (
    ACQUISITIONS,
    COMPENSATIONS,
    EVENTS,
    INTENSITIES,
    POPULATIONS,
    READS,
    channels_of,
    control_problems,
    flag_problems,
    nameless_reason,
    names_a_stain,
    run_groups,
    uncontrolled,
    unknown_marker,
    where_objects,
)
from tasks.methods.flow_tubes import annexin_and_pi, tubes_of
from tasks.methods.result_frames import result_frame
from tasks.methods.surface_markers import surface_markers

TABLE = "result.surface_markers"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per run and panel with stained markers; none where the study has its own gates.

    Samples whose stains nobody names are a part that is skipped with its reason.
    """
    if study.config.flow.gating:
        return []
    names = study.config.flow.apoptosis
    found = []
    for key, rows in run_groups(slices[ACQUISITIONS]):
        tubes = [
            row
            for row in rows
            if row["event_count"] and not annexin_and_pi(channels_of(row), row["panel"], names.annexin, names.pi)
        ]
        samples = [row for row in tubes if row["control"] is None]
        if any(names_a_stain(row) for row in samples):
            found.append(Part(key, where_objects(tubes)))
        if nameless := [row for row in samples if not names_a_stain(row)]:
            found.append(Part(f"{key}, nameless", where_objects(nameless), skip=nameless_reason(nameless)))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Gate every tube of the run; warn of weak tubes and controls."""
    tubes = tubes_of(frames[ACQUISITIONS], frames[EVENTS], frames[COMPENSATIONS])
    if not tubes:
        return Computed({})
    found = surface_markers(tubes)
    place = f"run {part.key}"
    problems = (
        *control_problems(found.control_flags, place),
        *flag_problems(found.rows, place),
        *(unknown_marker(tube, place) for tube in found.unknown),
    )
    tables = {
        TABLE: result_frame(found.rows, SurfaceMarker),
        POPULATIONS: pl.DataFrame(found.populations, infer_schema_length=None),
        INTENSITIES: pl.DataFrame(found.intensities, infer_schema_length=None),
    }
    return Computed({name: frame for name, frame in tables.items() if frame.height}, problems)


def foretold(part: Part, frames: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """That a run has no controls."""
    return uncontrolled(frames[ACQUISITIONS], f"run {part.key}")


ANALYSIS = Analysis(
    name="surface_markers",
    reads=READS,
    writes=(TABLE, POPULATIONS, INTENSITIES),
    parts=parts,
    run=run,
    parts_per_step=1,
    foretold=foretold,
)
