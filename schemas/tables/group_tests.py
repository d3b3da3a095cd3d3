"""Omnibus tests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import RunId, StudyId, Table
from schemas.vocabulary import Assay, ComparisonRef, Experiment, Measure, NaReason, Scale, Target, TestRole, TimeH


class GroupTest(
    Table,
    name="result.group_tests",
    replace_by=("study_id", "run_id"),
    key=("study_id", "comparison_id", "experiment", "assay", "measure", "target", "time_h", "method", "role", "scale"),
):
    """One omnibus test of whether the groups of a comparison differ."""

    study_id: StudyId
    run_id: RunId
    comparison_id: ComparisonRef
    experiment: Experiment
    assay: Annotated[Assay, Field(description="Assay.")]
    measure: Measure
    target: Target
    time_h: TimeH
    method: Annotated[str, Field(description="Test, e.g. one_way_anova, student_t.")]
    role: Annotated[TestRole, Field(description="How to read the row (science: primary, as published, sensitivity).")]
    scale: Annotated[Scale, Field(description="Scale that the test ran on.")]
    group_count: Annotated[int, Field(ge=0, description="Groups with a value.")]
    n: Annotated[int, Field(ge=0, description="Biological units over all groups.")]
    statistic: Annotated[float | None, Field(description="F, t or H.")]
    df1: Annotated[float | None, Field(ge=0, description="Numerator degrees of freedom.")]
    df2: Annotated[float | None, Field(ge=0, description="Residual degrees of freedom.")]
    pvalue: Annotated[float | None, Field(ge=0, le=1, description="Exact p-value, two-sided.")]
    effect_size: Annotated[float | None, Field(description="Effect size.")]
    effect_name: Annotated[str | None, Field(description="Which effect size, e.g. eta_squared, cohen_d.")]
    design_note: Annotated[str, Field(description="Design in words: what n is, what was assumed.")]
    na_reason: NaReason
