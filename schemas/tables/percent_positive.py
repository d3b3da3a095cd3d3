"""Positive cells of cultures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table, Unit
from schemas.vocabulary import Experiment, IsExcluded, NaReason, TimeH


class PercentPositive(
    Table,
    name="result.percent_positive",
    replace_by=("study_id", "run_id"),
    key=("study_id", "sample_id", "stain", "time_h"),
):
    """Positive cells of one culture, its fields summed."""

    study_id: StudyId
    run_id: RunId
    experiment: Experiment
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    stain: Annotated[str, Field(description="Stain or marker.")]
    time_h: TimeH
    positive_count: Annotated[int, Field(ge=0, description="Positive cells in all fields.")]
    total_count: Annotated[int, Field(ge=0, description="Cells in all fields.")]
    field_count: Annotated[int, Field(ge=0, description="Fields summed.")]
    percent_positive: Annotated[
        float | None, Unit("%"), Field(ge=0, le=100, description="Positive cells of all cells of the culture.")
    ]
    sd_fields: Annotated[
        float | None, Unit("%"), Field(ge=0, description="SD of the fields' percentages; null for fewer than two.")
    ]
    flag: Annotated[str | None, Field(description="few_cells below 200 cells; null when good.")]
    is_excluded: IsExcluded
    na_reason: NaReason
