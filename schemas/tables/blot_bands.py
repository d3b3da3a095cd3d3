"""Bands of western blots."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table
from schemas.vocabulary import MaterialRef, SampleName, SampleRef, TimeH


class BlotBand(
    Table,
    name="core.blot_bands",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "membrane", "lane", "target", "band"),
):
    """One band or lane box of one blot, as densitometry measured it."""

    study_id: StudyId
    object_id: ObjectId
    membrane: Annotated[str, Field(description="Membrane, as files.csv names it; the file where it does not.")]
    membrane_is_explicit: Annotated[
        bool, Field(description="files.csv names the membrane, so that it is the same membrane in other files.")
    ]
    lane: Annotated[int, Field(ge=1, description="Lane from the left, 1, 2, …")]
    band: Annotated[int, Field(ge=1, description="1, 2, … where a lane has several boxes of a target.")]
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    target: Annotated[str, Field(description="Protein; empty when neither file nor files.csv names it.")]
    target_role: Annotated[
        Literal["target", "loading", "total_protein", "marker"],
        Field(description="What the band serves for; `marker` shows identity (CD9, CD63) and is not normalised."),
    ]
    area: Annotated[float | None, Field(ge=0, description="Area of the box, in the program's unit.")]
    signal: Annotated[
        float | None, Field(description="Integrated intensity with the known background taken off; null with a flag.")
    ]
    background: Annotated[
        float | None, Field(description="Integrated background that was taken off; null when none is known.")
    ]
    mean_intensity: Annotated[
        float | None, Field(description="Mean grey value of the box; inverted where bands are dark.")
    ]
    max_intensity: Annotated[float | None, Field(description="Greatest grey value of the box, inverted likewise.")]
    flag: Annotated[
        str | None,
        Field(description="saturated, no_background, below_background, unreadable, joined by `;`; null when good."),
    ]
