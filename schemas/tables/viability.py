"""Viability of cultures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, References, RunId, StudyId, Table, Unit
from schemas.vocabulary import Experiment, IsExcluded, NaReason, TimeH


class Viability(
    Table,
    name="result.viability",
    replace_by=("study_id", "run_id"),
    key=("study_id", "object_id", "plate", "sample_id", "time_h"),
):
    """Viability of one culture on one plate at one time, from blanked OD."""

    study_id: StudyId
    run_id: RunId
    object_id: ObjectId
    plate: Annotated[str, Field(description="Plate.")]
    experiment: Experiment
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    time_h: TimeH
    unit: Annotated[
        str | None, Field(description="Unit of the readings: OD, or RFU or RLU where the plate was read so.")
    ]
    mean_od: Annotated[
        float | None, Unit("OD"), Field(description="Mean OD over the culture's wells, blank not subtracted.")
    ]
    sd_od: Annotated[float | None, Unit("OD"), Field(ge=0, description="SD of those wells.")]
    blank_od: Annotated[float | None, Unit("OD"), Field(description="Mean OD of the plate's blanks.")]
    reference_od: Annotated[
        float | None, Unit("OD"), Field(description="Mean OD of the reference condition, blank not subtracted.")
    ]
    percent_viability: Annotated[
        float | None, Unit("%"), Field(description="(OD - blank) / (reference OD - blank) x 100.")
    ]
    well_count: Annotated[int, Field(ge=0, description="Wells averaged.")]
    lost_count: Annotated[int, Field(ge=0, description="Wells left out: overflow, missed or over range.")]
    is_excluded: IsExcluded
    na_reason: NaReason
