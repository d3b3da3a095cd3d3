"""Acquisitions of flow cytometers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table
from schemas.vocabulary import MaterialRef, MeasuredOn, SampleName, SampleRef, TimeH


class FlowSample(
    Table,
    name="core.flow_samples",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "data_set"),
):
    """One acquisition: the events of one tube or well."""

    study_id: StudyId
    object_id: ObjectId
    data_set: Annotated[int, Field(ge=1, description="Number of the data set in the file; most have one.")]
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    control: Annotated[
        Literal["unstained", "single_stain", "fmo", "isotype"] | None,
        Field(description="What the acquisition controls for (files.csv); null for a sample."),
    ]
    marker: Annotated[
        str | None,
        Field(description="Channel or marker that a single stain has, an FMO lacks, an isotype replaces (files.csv)."),
    ]
    panel: Annotated[str, Field(description="Panel of files.csv; else the stained channels, which make the panel.")]
    run: Annotated[str | None, Field(description="Run of files.csv: controls count for acquisitions of their run.")]
    time_h: TimeH
    event_count: Annotated[int, Field(ge=0, description="Events recorded.")]
    channels: Annotated[
        str,
        Field(
            description="JSON list, by column of core.flow_events: number, column, name ($PnN), marker ($PnS), range, "
            "decades and gain (both undone in the events), kind (scatter, fluorescence, time, other)."
        ),
    ]
    spillover: Annotated[
        str | None,
        Field(description="JSON: channels (columns of core.flow_events) and matrix, stains by detectors; null: none."),
    ]
    spillover_source: Annotated[
        str | None, Field(description="Where the matrix is from: keyword, or the file that the study names.")
    ]
    cytometer: Annotated[str | None, Field(description="Cytometer, as the file names it.")]
    measured_on: MeasuredOn
    fcs_version: Annotated[str, Field(description="Version of the FCS standard.")]
    flag: Annotated[
        str | None,
        Field(
            description="no_events, odd_offsets, bad_spillover (the file's own matrix cannot be used), "
            "compensation_missing (several stains, no matrix in file or study), joined by `;`; null when good."
        ),
    ]
    keywords: Annotated[
        str,
        Field(description="JSON: keywords as written; very long ones cut, those that tell who a patient is withheld."),
    ]
