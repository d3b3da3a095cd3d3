"""Checks and what they found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import StudyId, Table


class ValidationResult(
    Table,
    name="ops.validation_results",
    key=("study_id", "source", "file_name", "problem_id"),
    replace_by=("study_id", "source", "file_name"),
):
    """One problem that a check found: in a manifest, a file, or an analysis's input."""

    study_id: StudyId
    source: Annotated[str, Field(description="What checked: check, load, or the analysis.")]
    file_name: Annotated[str, Field(description="File with the problem; empty where it is in none.")]
    problem_id: Annotated[str, Field(description="sha256 of rule, place and value.")]
    object_id: Annotated[str | None, Field(description="Raw object with the problem; null where there is none.")]
    severity: Annotated[Literal["fatal", "local", "warning"], Field(description="How far the problem reaches.")]
    rule: Annotated[str, Field(description="Machine name of the rule that is broken.")]
    place: Annotated[str, Field(description="Line, sheet, row, well; empty for the whole file.")]
    value: Annotated[str, Field(description="What stands there.")]
    message: Annotated[str, Field(description="What was found and what was expected.")]
    remedy: Annotated[str, Field(description="What to do.")]
    offending_rows: Annotated[str | None, Field(description="First offending rows, as JSON.")]
    checked_at: Annotated[datetime, Field(description="When, UTC.")]
