"""Populations of cultures by flow cytometry: apoptosis, surface markers, populations of the study's own gates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from schemas.tables.cell_populations import CellPopulation
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.cell_populations import apoptosis_values, gate_values, marker_values
from tasks.methods.culture_values import SAMPLES, as_measurements
from tasks.methods.result_frames import result_frame

APOPTOSIS, MARKERS, POPULATIONS = "result.apoptosis", "result.surface_markers", "core.flow_populations"
TABLE = "result.cell_populations"
SOURCES = (APOPTOSIS, MARKERS, POPULATIONS)


def parts(_: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment with gated acquisitions; those of materials are in none."""
    read = pl.concat([slices[table].select("sample_id") for table in SOURCES]).unique()
    known = slices[SAMPLES].select("sample_id", "experiment").unique().join(read, on="sample_id", how="inner")
    found = []
    for (experiment,), rows in sorted(known.group_by("experiment")):
        of: dict[str, tuple[Any, ...]] = {"sample_id": tuple(sorted(rows["sample_id"].unique()))}
        found.append(Part(str(experiment), dict.fromkeys((*SOURCES, SAMPLES), of)))
    return found


def run(_: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Average the acquisitions of each culture."""
    samples = frames[SAMPLES]
    found = pl.concat(
        [
            apoptosis_values(frames[APOPTOSIS], samples),
            marker_values(frames[MARKERS], samples),
            gate_values(frames[POPULATIONS], samples),
        ]
    )
    # built-in gates and statistics of the cytometer's program may both tell a culture's apoptosis: our own count
    found = found.unique(["sample_id", "measure", "target", "time_h"], keep="first", maintain_order=True)
    return Computed({TABLE: result_frame(found, CellPopulation)})


ANALYSIS = Analysis(
    name="cell_populations",
    reads={**dict.fromkeys(SOURCES, ("sample_id",)), SAMPLES: ("sample_id", "experiment")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay="flow_cytometry", table=TABLE, measure=as_measurements),
)
