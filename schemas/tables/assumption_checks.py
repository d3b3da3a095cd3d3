"""Checks of what group tests assume."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, StudyId, Table
from schemas.vocabulary import Assay, ComparisonRef, Experiment, Measure, NaReason, Scale, Target, TimeH


class AssumptionCheck(
    Table,
    name="result.assumption_checks",
    replace_by=("study_id", "run_id"),
    key=("study_id", "comparison_id", "experiment", "assay", "measure", "target", "time_h", "check_name", "condition"),
):
    """One check of what group tests assume: reported, never used to choose a test or to drop a value."""

    study_id: StudyId
    run_id: RunId
    comparison_id: ComparisonRef
    experiment: Experiment
    assay: Annotated[Assay, Field(description="Assay.")]
    measure: Measure
    target: Target
    time_h: TimeH
    scale: Annotated[Scale, Field(description="Scale of the values checked: that of the primary test.")]
    check_name: Annotated[
        Literal["shapiro_wilk", "levene", "grubbs"],
        Field(description="Normality, equal variances (about medians), or the value furthest from the mean."),
    ]
    condition: Annotated[
        str | None, Field(description="Group checked; null: residuals of the primary model, or all groups.")
    ]
    n: Annotated[int, Field(ge=0, description="Values checked.")]
    statistic: Annotated[float | None, Field(description="W, F or G.")]
    pvalue: Annotated[float | None, Field(ge=0, le=1, description="p-value of the check, not corrected.")]
    verdict: Annotated[
        Literal["no_objection", "doubtful", "uninformative"] | None,
        Field(description="doubtful: p below alpha; uninformative: three values or fewer cannot tell."),
    ]
    suspect: Annotated[
        str | None, Field(description="Culture or donor furthest from its group's mean (grubbs), outlier or not.")
    ]
    na_reason: NaReason
