"""The ingest ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import StudyId, Table, Unit


class RawObject(Table, name="core.raw_objects", key=("study_id", "object_id", "file_name")):
    """One raw file in a study: its bytes are kept under their sha256, for ever."""

    study_id: StudyId
    object_id: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="sha256 of the bytes.")]
    file_name: Annotated[str, Field(description="Path in the study folder, with forward slashes.")]
    size_bytes: Annotated[int, Unit("B"), Field(ge=0, description="Size of the file.")]
    assay: Annotated[
        str, Field(description="Assay of files.csv or of the parser; `manifest` for the study's own sheets.")
    ]
    parser: Annotated[str | None, Field(description="Parser that read it, null when none did.")]
    parser_version: Annotated[str | None, Field(description="Version of that parser.")]
    status: Annotated[
        Literal["stored", "loaded", "quarantined", "ignored", "superseded", "retracted"],
        Field(description="What became of the file."),
    ]
    reason: Annotated[str | None, Field(description="Why it is not loaded; null when it is.")]
    load_fingerprint: Annotated[
        str, Field(description="sha256 of bytes, parser, files.csv row, layout and sample names.")
    ]
    sample_names: Annotated[str, Field(description="Sample names that stand in the file, as a JSON list.")]
    row_count: Annotated[int, Field(ge=0, description="Rows loaded from it over all tables.")]
    modified_at: Annotated[datetime, Field(description="The file's modification time, UTC.")]
    received_at: Annotated[datetime, Field(description="When these bytes were first stored, UTC.")]
