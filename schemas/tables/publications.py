"""Published states."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table


class Publication(Table, name="ops.publications", key=("study_id",)):
    """The state of a study that its published rows show."""

    study_id: StudyId
    published_at: Annotated[datetime, Field(description="When the snapshot was swapped, UTC.")]
    state: Annotated[str, Field(description="Digest of all inputs, code and settings behind the published rows.")]
    is_complete: Annotated[bool, Field(description="No analysis failed: the same state needs no second run.")]
