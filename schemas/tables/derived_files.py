"""Parquet files computed from raw files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit


class DerivedFile(
    Table,
    name="core.derived_files",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "kind"),
):
    """One Parquet file with rows of a raw file that are too many for the database: events, curves."""

    study_id: StudyId
    object_id: ObjectId
    kind: Annotated[str, Field(description="What it holds; `core.<kind>` is the view over all such files.")]
    object_key: Annotated[
        str,
        Field(
            pattern=r"^derived/[0-9a-f]{64}/[a-z0-9_]+\.parquet$",
            description="Key in the object store; the folder is the sha256 of the file.",
        ),
    ]
    row_count: Annotated[int, Field(ge=0, description="Rows in it.")]
    size_bytes: Annotated[int, Unit("B"), Field(ge=0, description="Size of the file.")]
