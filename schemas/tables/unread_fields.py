"""What raw files say and no table holds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table


class UnreadField(
    Table, name="core.unread_fields", key=("study_id", "object_id", "field"), replace_by=("study_id", "object_id")
):
    """One field of a vendor in one raw file that no table holds: its name, or its line, as the file has it."""

    study_id: StudyId
    object_id: ObjectId
    field: Annotated[str, Field(description="Name of the column, section or setting; `name: value` where it has one.")]
