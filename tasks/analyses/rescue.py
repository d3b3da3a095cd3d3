"""Rescue: how far each treatment undoes the disease, with Fieller's confidence interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from schemas.tables.rescue import Rescue
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.biological_units import FAMILY
from tasks.methods.compared_groups import compared_groups
from tasks.methods.put_back import listed, put_back
from tasks.methods.rescue import RescueQuestion, rescue_rows
from tasks.methods.result_frames import result_frame

READS, TABLE = "result.measurements", "result.rescue"
READMITTED = "result.readmitted_measurements"
BY = ("assay", "experiment", "condition", "time_h")
BESIDE = ("rescue", "ci_low", "ci_high", "na_reason")  # also given with what is left out put back
GIVEN = ("comparison_id", "assay", "experiment")


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per comparison, assay and experiment with the control, the disease and a treatment."""
    options = study.config.statistics
    ids = study.config.condition_ids
    control = options.rescue.control or ids[0]
    disease = options.rescue.disease or next((c for c in ids[:2] if c != control), "")
    if control == disease:
        return [Part("rescue", skip=f"statistics.rescue has {control} as control and as disease; write two conditions")]
    found = []
    for one in compared_groups(study, slices[READS]):
        if not {control, disease} < set(one.conditions):
            continue
        times = [t for t in one.times if t is not None]
        primary = options.primary_time_h if options.primary_time_h is not None else max(times, default=None)
        where: dict[str, tuple[object, ...]] = {
            "assay": (one.assay,),
            "experiment": (one.experiment,),
            "condition": one.conditions,
        }
        if one.comparison.time_h is not None:
            where["time_h"] = (one.comparison.time_h,)
        parameters = {
            "comparison_id": one.comparison.id,
            "assay": one.assay,
            "experiment": one.experiment,
            "conditions": list(one.conditions),
            "control": control,
            "disease": disease,
            "alpha": options.alpha,
            "design": options.design,
            "primary_time_h": primary if len(times) > 1 else None,
        }
        found.append(Part(one.key, {READS: where, READMITTED: where}, parameters))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Compute the rescue of every measure, target, time and treatment of the part."""
    given = part.parameters
    question = RescueQuestion(
        conditions=tuple(given["conditions"]),
        control=given["control"],
        disease=given["disease"],
        alpha=given["alpha"],
        design=given["design"],
        primary_time_h=given["primary_time_h"],
    )
    about = {name: given[name] for name in GIVEN}
    whole = put_back(frames[READS], frames[READMITTED], FAMILY)
    named = {key: listed(rows["put_back"]) for key, rows in whole.partition_by(FAMILY, as_dict=True).items()}
    again = {
        _key(row): {f"{name}_including_excluded": row.get(name) for name in BESIDE}
        | {"put_back": named[_key(row)[:-1]]}
        for row in rescue_rows(whole, question)
    }
    rows = [row | again.get(_key(row), {}) | about for row in rescue_rows(frames[READS], question)]
    return Computed({TABLE: result_frame(rows, Rescue)})


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(row[name] for name in FAMILY), row["treatment"])


ANALYSIS = Analysis(
    name="rescue",
    reads={READS: BY, READMITTED: BY},
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
