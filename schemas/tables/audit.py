"""Acts of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import StudyId, Table


class Act(Table, name="ops.audit", key=("act_id",), replace_by=("act_id",)):
    """One act of a person: register, exclude, retract, freeze, remove."""

    act_id: Annotated[str, Field(description="sha256 of the act, its name in objects/acts/.")]
    study_id: StudyId
    act: Annotated[
        Literal["register", "exclude", "retract", "reactivate", "freeze", "remove"], Field(description="What was done.")
    ]
    file_name: Annotated[str | None, Field(description="File it was done to.")]
    object_id: Annotated[
        str | None,
        Field(description="Bytes it was done to, or the list of frozen tables (sha256); null for a whole study."),
    ]
    well: Annotated[str | None, Field(description="Well it was done to.")]
    label: Annotated[str | None, Field(description="Name under which results were frozen.")]
    reason: Annotated[str, Field(description="Why, in the person's words.")]
    actor: Annotated[str, Field(description="Login of who did it.")]
    acted_at: Annotated[datetime, Field(description="When, UTC.")]
