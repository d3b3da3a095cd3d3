"""Whether what the lab expects of its conditions is seen."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, StudyId, Table
from schemas.vocabulary import Assay, NaReason, TimeH


class ExpectationCheck(
    Table,
    name="result.expectation_checks",
    replace_by=("study_id", "run_id"),
    key=("study_id", "target", "condition", "against", "assay", "measure", "time_h"),
):
    """One expectation of study.yaml in one assay: met, or contradicted as by swapped labels."""

    study_id: StudyId
    run_id: RunId
    target: Annotated[str, Field(description="Gene, protein or measure, as the expectation names it.")]
    condition: Annotated[str, Field(description="Condition expected to differ.")]
    against: Annotated[str, Field(description="Condition it is compared with.")]
    direction: Annotated[Literal["up", "down"], Field(description="Expected direction.")]
    assay: Annotated[
        Assay | None, Field(description="Assay that measured it; expression_counts for sequencing; null for none.")
    ]
    measure: Annotated[str | None, Field(description="Measure of the assay; the library for sequencing.")]
    time_h: TimeH
    difference: Annotated[
        float | None, Field(description="Mean of condition minus mean of against, on the measure's own scale.")
    ]
    pvalue: Annotated[
        float | None,
        Field(ge=0, le=1, description="Paired t-test where donors have both, else Welch's; null below two of each."),
    ]
    unit_count: Annotated[int, Field(ge=0, description="Donors with both conditions, else cultures of both together.")]
    is_paired: Annotated[bool, Field(description="Whether donors with both conditions were compared within.")]
    verdict: Annotated[
        Literal["met", "unclear", "contradicted", "not_measured"],
        Field(description="contradicted: the other direction with p < 0.05; unclear: the other direction otherwise."),
    ]
    contradicting_donors: Annotated[
        str | None, Field(description="Donors that alone go clearly the other way, semicolon list.")
    ]
    na_reason: NaReason
