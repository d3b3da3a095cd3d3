"""Apoptosis by annexin V and PI."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, RunId, StudyId, Table, Unit
from schemas.tables.flow_populations import DataSet
from schemas.vocabulary import IsExcluded, MaterialRef, NaReason, SampleName, SampleRef, TimeH

Percent = Annotated[
    float | None, Unit("%"), Field(ge=0, le=100, description="Of the singlets; the four quadrants add up to 100.")
]
Bound = Annotated[float | None, Field(description="Positive is this and above: linear scale, compensated.")]
Method = Annotated[str | None, Field(description="How the threshold was chosen: the controls, or from the data.")]


class Apoptosis(
    Table,
    name="result.apoptosis",
    replace_by=("study_id", "run_id"),
    key=("study_id", "object_id", "data_set"),
):
    """Live, apoptotic and necrotic cells of one acquisition stained with annexin V and PI; materials are among them."""

    study_id: StudyId
    run_id: RunId
    object_id: ObjectId
    data_set: DataSet
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    annexin_channel: Annotated[str, Field(description="Column of core.flow_events with annexin V.")]
    pi_channel: Annotated[str, Field(description="Column with PI, 7-AAD or another dye of dead cells.")]
    event_count: Annotated[int, Field(ge=0, description="Events recorded.")]
    cell_count: Annotated[int, Field(ge=0, description="Events without debris.")]
    singlet_count: Annotated[int, Field(ge=0, description="Cells without doublets.")]
    annexin_threshold: Bound
    annexin_method: Method
    pi_threshold: Bound
    pi_method: Method
    compensation: Annotated[str | None, Field(description="Matrix used: keyword, single stains, a file; null: none.")]
    percent_live: Percent
    percent_early_apoptotic: Percent
    percent_late_apoptotic: Percent
    percent_necrotic: Percent
    percent_apoptotic: Annotated[float | None, Unit("%"), Field(ge=0, le=100, description="Early + late.")]
    flag: Annotated[
        str | None,
        Field(
            description="few_events (below 1,000 singlets), control_missing, no_separation, compensation_missing, "
            "high_death_in_unstained, control_not_negative, flow_rate_unstable, joined by `;`; null when good."
        ),
    ]
    is_excluded: IsExcluded
    na_reason: NaReason
