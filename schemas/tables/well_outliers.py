"""Wells that read apart from their repeats."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, RunId, StudyId, Table, Unit
from schemas.vocabulary import SampleRef, TimeH


class WellOutlier(
    Table,
    name="result.well_outliers",
    replace_by=("study_id", "run_id"),
    key=("study_id", "object_id", "plate", "well", "measure", "wavelength_nm", "time_h"),
):
    """One well that reads apart from the other wells of its sample: for a person to look at, never left out."""

    study_id: StudyId
    run_id: RunId
    object_id: ObjectId
    plate: Annotated[str, Field(description="Plate.")]
    well: Annotated[str, Field(description="Row letter and two-digit column.")]
    measure: Annotated[str, Field(description="Name of the read.")]
    wavelength_nm: Annotated[float | None, Unit("nm"), Field(description="Wavelength read; null when none is named.")]
    time_h: TimeH
    sample_name: Annotated[str | None, Field(description="Sample, or null for blanks.")]
    sample_id: SampleRef
    role: Annotated[str, Field(description="sample, control or blank.")]
    value: Annotated[float, Field(description="Its reading.")]
    others_mean: Annotated[float, Field(description="Mean of the other wells of the sample.")]
    group_size: Annotated[int, Field(ge=2, description="Usable wells of the sample, this one among them.")]
    method: Annotated[
        Literal["plate_scatter", "grubbs"],
        Field(
            description="plate_scatter: distance from the others in SDs of the plate's replicates (pooled, robust), "
            "above 3.5; grubbs: Grubbs' test within the sample, two-sided 0.05."
        ),
    ]
    score: Annotated[float, Field(description="Distance in SDs: z for plate_scatter, G for grubbs.")]
