"""Wells and samples left out of analysis."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table


class Exclusion(Table, name="core.exclusions", key=("study_id", "exclusion_id")):
    """One row of exclusions.csv: kept in the core tables, left out of analysis."""

    study_id: StudyId
    exclusion_id: Annotated[str, Field(description="sha256 of the row.")]
    file_name: Annotated[str | None, Field(description="File the exclusion applies to; null for all files.")]
    well: Annotated[str | None, Field(description="Well; null for the whole file or sample.")]
    sample_id: Annotated[str | None, Field(description="Sample; null for the whole file or well.")]
    reason: Annotated[str, Field(description="Why, in the analyst's words.")]
