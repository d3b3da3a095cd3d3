"""Counted cells."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import MaterialRef, MeasuredOn, SampleName, SampleRef, TimeH


class CellCount(
    Table,
    name="core.cell_counts",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "plate", "field", "stain"),
):
    """One counted field, well or cuvette."""

    study_id: StudyId
    object_id: ObjectId
    assay: Annotated[str, Field(description="Assay: senescence or cell_counts.")]
    plate: Annotated[str, Field(description="Plate, where fields are wells; empty otherwise.")]
    field: Annotated[str, Field(description="Well, picture or row that was counted.")]
    well: Annotated[str | None, Field(pattern=r"^[A-Z]{1,2}[0-9]{2}$", description="Well, where the count is of one.")]
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    stain: Annotated[
        str, Field(description="Stain or marker of the positive cells; empty where only cells are counted.")
    ]
    positive_count: Annotated[int | None, Field(ge=0, description="Positive cells; null where none are told apart.")]
    total_count: Annotated[int | None, Field(ge=0, description="All cells counted.")]
    percent_positive: Annotated[
        float | None, Unit("%"), Field(ge=0, le=100, description="Positive cells of all cells in this field.")
    ]
    viable_count: Annotated[int | None, Field(ge=0, description="Living cells counted.")]
    percent_viable: Annotated[float | None, Unit("%"), Field(ge=0, le=100, description="Living cells of all cells.")]
    concentration_per_ml: Annotated[float | None, Unit("1/mL"), Field(ge=0, description="Cells per mL.")]
    viable_concentration_per_ml: Annotated[float | None, Unit("1/mL"), Field(ge=0, description="Living cells per mL.")]
    diameter_um: Annotated[float | None, Unit("µm"), Field(ge=0, description="Mean diameter of the cells.")]
    dilution: Annotated[float | None, Field(gt=0, description="Dilution that the concentrations are corrected for.")]
    measured_on: MeasuredOn
    flag: Annotated[str | None, Field(description="unreadable, positive_exceeds_total, joined by `;`; null when good.")]
