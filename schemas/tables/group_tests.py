"""Omnibus tests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import RunId, StudyId, Table
from schemas.vocabulary import (
    Assay,
    ComparisonRef,
    Experiment,
    Measure,
    NaReason,
    PutBack,
    Scale,
    Target,
    TestRole,
    TimeH,
)


class GroupTest(
    Table,
    name="result.group_tests",
    replace_by=("study_id", "run_id"),
    key=(
        "study_id",
        "comparison_id",
        "experiment",
        "assay",
        "measure",
        "target",
        "time_h",
        "method",
        "term",
        "role",
        "scale",
    ),
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
    term: Annotated[
        str | None,
        Field(description="Factor, or `a:b` for their interaction, in two-way analyses; null: all groups are equal."),
    ]
    role: Annotated[TestRole, Field(description="How to read the row; including_excluded: primary, with `put_back`.")]
    scale: Annotated[Scale, Field(description="Scale that the test ran on.")]
    group_count: Annotated[int, Field(ge=0, description="Groups with a value.")]
    n: Annotated[int, Field(ge=0, description="Biological units over all groups.")]
    statistic: Annotated[float | None, Field(description="F, t, H, χ², U or V, as the method has it.")]
    df1: Annotated[float | None, Field(ge=0, description="Numerator degrees of freedom; null where p is exact.")]
    df2: Annotated[float | None, Field(ge=0, description="Residual degrees of freedom.")]
    pvalue: Annotated[float | None, Field(ge=0, le=1, description="Exact p-value, two-sided.")]
    effect_size: Annotated[float | None, Field(description="Effect size.")]
    effect_name: Annotated[str | None, Field(description="Which effect size, e.g. eta_squared, cohen_d.")]
    effect_ci_low: Annotated[
        float | None,
        Field(description="Lower end of its CI: 1 - alpha for d, 1 - 2 alpha for η²; null for rank tests."),
    ]
    effect_ci_high: Annotated[float | None, Field(description="Upper end of its CI.")]
    omega_squared: Annotated[
        float | None, Field(ge=0, le=1, description="(Partial) ω², η² without its bias; its CI is that of η².")
    ]
    cannot_reach_alpha: Annotated[
        bool | None, Field(description="Whether no data of this n could give p < alpha (rank tests); null with p.")
    ]
    put_back: PutBack
    design_note: Annotated[str, Field(description="Design in words: what n is, what was assumed.")]
    na_reason: NaReason
