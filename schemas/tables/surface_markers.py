"""Markers by flow cytometry."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, RunId, StudyId, Table, Unit
from schemas.tables.flow_populations import DataSet
from schemas.vocabulary import IsExcluded, MaterialRef, NaReason, SampleName, SampleRef, TimeH


class SurfaceMarker(
    Table,
    name="result.surface_markers",
    replace_by=("study_id", "run_id"),
    key=("study_id", "object_id", "data_set", "marker"),
):
    """One marker of one acquisition: positive cells and median intensity; materials are among them."""

    study_id: StudyId
    run_id: RunId
    object_id: ObjectId
    data_set: DataSet
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    marker: Annotated[str, Field(description="Marker: files.csv's, else the stain that the file names.")]
    channel: Annotated[str, Field(description="Its column of core.flow_events.")]
    singlet_count: Annotated[int, Field(ge=0, description="Cells without debris and doublets.")]
    positive_count: Annotated[int | None, Field(ge=0, description="Singlets at or above the threshold.")]
    percent_positive: Annotated[float | None, Unit("%"), Field(ge=0, le=100, description="Of the singlets.")]
    control: Annotated[
        Literal["fmo", "isotype", "unstained"] | None,
        Field(description="Control that the threshold is from; null: from the samples' own distribution."),
    ]
    threshold: Annotated[float | None, Field(description="Positive is this and above: linear scale, compensated.")]
    threshold_method: Annotated[str | None, Field(description="How the threshold was chosen.")]
    median_intensity: Annotated[float | None, Field(description="Median of the singlets (MFI), linear scale.")]
    control_median: Annotated[float | None, Field(description="Median of the control's singlets.")]
    median_ratio: Annotated[
        float | None, Field(gt=0, description="Median to the control's; null unless both are positive.")
    ]
    compensation: Annotated[str | None, Field(description="Matrix used: keyword, single stains, a file; null: none.")]
    flag: Annotated[
        str | None,
        Field(
            description="few_events (below 1,000 singlets), control_missing, no_separation, compensation_missing, "
            "high_death_in_unstained, control_not_negative, flow_rate_unstable, joined by `;`; null when good."
        ),
    ]
    is_excluded: IsExcluded
    na_reason: NaReason
