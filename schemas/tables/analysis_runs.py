"""Analysis runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import StudyId, Table


class AnalysisRun(Table, name="ops.analysis_runs", key=("attempt_id",), replace_by=("attempt_id",)):
    """One attempt to compute one part of one analysis."""

    attempt_id: Annotated[str, Field(description="Id of the attempt, unique.")]
    study_id: StudyId
    analysis: Annotated[str, Field(description="Analysis.")]
    part: Annotated[str, Field(description="Part: an assay, a fit or a comparison.")]
    run_id: Annotated[str, Field(description="The fingerprint: the same for the same inputs, code and parameters.")]
    fingerprint: Annotated[str, Field(description="sha256 of everything that the result depends on.")]
    status: Annotated[
        Literal["done", "skipped", "failed"], Field(description="How it ended; current parts are not attempted again.")
    ]
    reason: Annotated[str | None, Field(description="Why it was skipped or failed; null when done.")]
    parameters: Annotated[str, Field(description="Parameters that it ran with, as JSON.")]
    versions: Annotated[str, Field(description="Versions of the libraries it names, as JSON.")]
    inputs: Annotated[str, Field(description="Fingerprints of what it read, by table, as JSON.")]
    started_at: Annotated[datetime, Field(description="Start, UTC.")]
    finished_at: Annotated[datetime, Field(description="End, UTC.")]
    row_count: Annotated[int, Field(ge=0, description="Rows of the part in the first table of the analysis.")]
