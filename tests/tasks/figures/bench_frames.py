"""Measurements of a small bench study, and the group tests' own results of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from schemas.polars_schema import schema
from schemas.study import Study
from schemas.tables.measurements import Measurement
from schemas.tables.readmitted_measurements import ReadmittedMeasurement
from tasks.analyses.group_tests import ANALYSIS, READMITTED
from tasks.contracts import Figure, Part
from tasks.methods.group_pictures import MEASUREMENTS, OMNIBUS, PAIRS, PRIMARY, SUMMARIES
from tasks.methods.result_frames import result_frame

LABELS = {"control": "Control", "il1b": "IL-1β", "exo": "IL-1β + exosomes", "usc": "", "gw": "GW", "both": "$both"}


def study(conditions: int = 3, **config: object) -> Study:
    ids = list(LABELS)[:conditions]
    given = {"study_id": "s", "conditions": [{"id": c, "label": LABELS[c]} for c in ids], **config}
    samples = [
        {"sample": f"{c}_{d}", "condition": c, "donor": f"D{d}", "experiment": "bench"} for c in ids for d in (1, 2, 3)
    ]
    return Study.model_validate({"config": given, "samples": samples})


def measurements(
    means: Mapping[str, float],
    *,
    assay: str = "qpcr",
    measure: str = "expression",
    target: str = "ACAN",
    scale: str = "log2",
    unit: str = "fold",
    times: Sequence[float | None] = (None,),
    spread: float = 0.2,
    seed: int = 1,
) -> pl.DataFrame:
    """Three donors a condition with a mean on ``scale``; at later times twice, three times that."""
    draws = np.random.default_rng(seed)
    rows = [
        {"experiment": "bench", "assay": assay, "measure": measure, "target": target, "sample_id": f"{condition}_{d}",
         "donor_id": f"D{d}", "condition": condition, "time_h": time, "block_id": None,
         "value": mean * (1 if scale == "log2" else i) + spread * float(draws.normal()), "scale": scale, "unit": unit,
         "technical_n": 3, "technical_sd": None, "is_excluded": False, "na_reason": None}
        for condition, mean in means.items() for d in (1, 2, 3) for i, time in enumerate(times, start=1)
    ]  # fmt: skip
    return result_frame(rows, Measurement)


def results_of(about: Study, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What figures of groups read: the measurements and the results of the group tests."""
    found: dict[str, list[pl.DataFrame]] = {SUMMARIES: [], PAIRS: [], OMNIBUS: []}
    nothing = pl.DataFrame(schema=schema(ReadmittedMeasurement))
    for part in ANALYSIS.parts(about, {MEASUREMENTS: rows}):
        keep = part.where[MEASUREMENTS].items()
        mine = rows.filter(*[pl.col(c).is_in(list(v), nulls_equal=True) for c, v in keep])
        computed = ANALYSIS.run(part, {MEASUREMENTS: mine, READMITTED: nothing})
        for table, frames in found.items():
            frames.append(computed.frames[table])
    return {MEASUREMENTS: rows, READMITTED: nothing, **{table: pl.concat(frames) for table, frames in found.items()}}


def part_and_frames(
    figure: Figure, about: Study, found: Mapping[str, pl.DataFrame], place: int = 0
) -> tuple[Part, dict[str, pl.DataFrame]]:
    """A part of a figure with the rows that its ``where`` keeps."""
    part = figure.parts(about, found)[place]
    kept = {}
    for table, frame in found.items():
        keep = part.where.get(table, {})
        kept[table] = frame.filter(*[pl.col(c).is_in(list(v), nulls_equal=True) for c, v in keep.items()])
        assert "role" not in keep or set(kept[table]["role"]) <= {PRIMARY}
    return part, kept
