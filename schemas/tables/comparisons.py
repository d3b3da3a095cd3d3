"""Families of group tests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table
from schemas.vocabulary import TimeH


class Comparison(Table, name="core.comparisons", key=("study_id", "comparison_id")):
    """One family of group tests at the bench (a row of comparisons.csv, or the default of all conditions)."""

    study_id: StudyId
    comparison_id: Annotated[str, Field(description="Name of the family.")]
    assays: Annotated[str, Field(description="Assays it covers, semicolon list; `*` for all.")]
    experiment: Annotated[str, Field(description="Experiment whose cultures are compared; `*` for all, not pooled.")]
    conditions: Annotated[str, Field(description="Conditions compared, semicolon list; `*` for all.")]
    pairs: Annotated[str, Field(description="`all`, `reference`, or a semicolon list of `a>b`.")]
    time_h: TimeH
    problem: Annotated[str | None, Field(description="Why the comparison cannot run; null when it can.")]
