"""Columns that the result tables of several assays share: one quantity of one culture."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from schemas.base import References, RunId, StudyId
from schemas.vocabulary import Experiment, IsExcluded, Measure, NaReason, Scale, Target, TimeH

KEY = ("study_id", "experiment", "sample_id", "measure", "target", "time_h")


class CultureValue(BaseModel):
    """A culture's mean over its technical readings, on the scale that tests run on."""

    study_id: StudyId
    run_id: RunId
    experiment: Experiment
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    measure: Measure
    target: Target
    time_h: TimeH
    value: Annotated[float | None, Field(description="Mean of the readings on `scale`; null with `na_reason`.")]
    scale: Annotated[Scale, Field(description="Scale that readings are averaged and tested on.")]
    unit: Annotated[str, Field(description="Unit of the readings before the scale was taken.")]
    technical_n: Annotated[int, Field(ge=0, description="Readings averaged.")]
    technical_sd: Annotated[float | None, Field(ge=0, description="Their SD on `scale`; null for fewer than two.")]
    is_excluded: IsExcluded
    na_reason: NaReason
