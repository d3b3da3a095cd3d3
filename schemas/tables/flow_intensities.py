"""Fluorescence of gated populations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table
from schemas.tables.flow_populations import DataSet, GatedBy, GatePath, Gating
from schemas.vocabulary import NaReason, SampleName, SampleRef


class FlowIntensity(
    Table,
    name="core.flow_intensities",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "data_set", "gating", "gate_path", "channel", "statistic"),
):
    """One statistic of one channel over the events of one population of ``core.flow_populations``."""

    study_id: StudyId
    object_id: ObjectId
    run_id: GatedBy
    data_set: DataSet
    sample_name: SampleName
    sample_id: SampleRef
    gating: Gating
    gate_path: GatePath
    channel: Annotated[str, Field(description="Channel: column of core.flow_events, or as the table names it.")]
    marker: Annotated[str | None, Field(description="What the channel was stained for; null where not told.")]
    statistic: Annotated[
        Literal["median", "mean", "geometric_mean", "mode", "sd", "robust_sd", "cv", "robust_cv", "minimum", "maximum"],
        Field(description="Statistic; cv and robust_cv in percent."),
    ]
    value: Annotated[float | None, Field(description="Value on the linear scale; null with `na_reason`.")]
    is_compensated: Annotated[bool | None, Field(description="Of compensated intensities; null where not told.")]
    na_reason: NaReason
