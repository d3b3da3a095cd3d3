"""Values of biological units as they would be had nothing been left out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import Assay, DonorRef, Experiment, Measure, NaReason, Scale, Target, TimeH


class ReadmittedMeasurement(
    Table,
    name="result.readmitted_measurements",
    replace_by=("study_id", "run_id"),
    key=("study_id", "experiment", "assay", "measure", "target", "sample_id", "time_h", "block_id"),
):
    """One biological unit's value with what exclusions.csv leaves out put back; only units that this changes."""

    study_id: StudyId
    run_id: RunId
    experiment: Experiment
    assay: Annotated[Assay, Field(description="Assay that it was measured by.")]
    measure: Measure
    target: Target
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    donor_id: DonorRef
    condition: Annotated[str, Field(description="Condition of the culture.")]
    time_h: TimeH
    block_id: Annotated[str | None, Field(description="Plate or membrane that must be held constant; null where none.")]
    value: Annotated[float | None, Field(description="Value on `scale`; null with `na_reason`.")]
    scale: Annotated[Scale, Field(description="Scale that tests run on.")]
    unit: Annotated[str, Field(description="Unit of the value before the scale was taken.")]
    technical_n: Annotated[int, Field(ge=0, description="Technical repeats averaged.")]
    technical_sd: Annotated[
        float | None, Field(ge=0, description="SD of the repeats on `scale`; null for fewer than two.")
    ]
    put_back: Annotated[str, Field(description="What was put back, with its reason; `; ` between several.")]
    na_reason: NaReason
