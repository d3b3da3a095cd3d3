"""Events of flow cytometry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table


class FlowEvent(
    Table,
    name="core.flow_events",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "data_set", "event"),
    derived=True,
):
    """One event of an acquisition; after the columns named here, a column for each channel of its file.

    Channels are named as ``$PnN`` says and hold linear values: gain and logarithmic amplifier
    are undone, compensation is not applied. Files without a channel have null there.
    """

    study_id: StudyId
    object_id: ObjectId
    data_set: Annotated[int, Field(ge=1, description="Number of the data set in the file; most have one.")]
    event: Annotated[int, Field(ge=1, description="Number of the event in its data set, from 1.")]
