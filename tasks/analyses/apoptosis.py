"""Apoptosis: annexin V / PI acquisitions to live, early apoptotic, late apoptotic and necrotic cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from schemas.errors import Problem
from schemas.study import Study
from schemas.tables.apoptosis import Apoptosis
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.apoptosis import apoptosis
from tasks.methods.flow_runs import (
    ACQUISITIONS,
    COMPENSATIONS,
    EVENTS,
    POPULATIONS,
    READS,
    annexin_stained,
    control_problems,
    flag_problems,
    lost_channel,
    lost_channels,
    run_groups,
    uncontrolled,
    where_objects,
)
from tasks.methods.flow_tubes import tubes_of
from tasks.methods.result_frames import result_frame

TABLE = "result.apoptosis"
KEY = "flow.apoptosis"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per run and panel stained with annexin V and PI; none where the study has its own gates.

    Channels that study.yaml names and no file has are one more. Tubes of a run are gated alike, so a new tube
    computes its whole run again.
    """
    if study.config.flow.gating:
        return []
    names = study.config.flow.apoptosis
    found = []
    for key, rows in run_groups(slices[ACQUISITIONS]):
        stained = annexin_stained(rows, names.annexin, names.pi)
        for (annexin, pi), tubes in sorted(stained.items()):
            name = key if len(stained) == 1 else f"{key}, {annexin} and {pi}"
            found.append(Part(name, where_objects(tubes), {"annexin": annexin, "pi": pi}))
    if lost := lost_channels(slices[ACQUISITIONS], [n for n in (names.annexin, names.pi) if n]):
        where = {ACQUISITIONS: {"object_id": tuple(sorted(slices[ACQUISITIONS]["object_id"].unique()))}}
        found.append(Part(KEY, where, lost, tables=(ACQUISITIONS,)))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Gate every tube of the run; warn of weak tubes and controls.

    Channels of flow.apoptosis that no file has are a part of their own, which says so.
    """
    if part.key == KEY:
        return Computed({}, (lost_channel(**part.parameters),))
    annexin, pi = part.parameters["annexin"], part.parameters["pi"]
    tubes = tubes_of(frames[ACQUISITIONS], frames[EVENTS], frames[COMPENSATIONS])
    tubes = [t for t in tubes if {annexin, pi} <= set(t.columns)]
    if not tubes:
        return Computed({})
    found = apoptosis(tubes, annexin, pi)
    place = f"run {part.key}"
    problems = (*control_problems(found.control_flags, place), *flag_problems(found.rows, place))
    populations = pl.DataFrame(found.populations, infer_schema_length=None)
    return Computed({TABLE: result_frame(found.rows, Apoptosis), POPULATIONS: populations}, problems)


def foretold(part: Part, frames: Mapping[str, pl.DataFrame]) -> Iterator[Problem]:
    """That a run has no controls."""
    return uncontrolled(frames[ACQUISITIONS], f"run {part.key}")


ANALYSIS = Analysis(
    name="apoptosis",
    reads=READS,
    writes=(TABLE, POPULATIONS),
    parts=parts,
    run=run,
    parts_per_step=1,
    foretold=foretold,
)
