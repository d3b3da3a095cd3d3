"""Post-hoc comparisons."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, SameAs, StudyId, Table
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


class PairwiseTest(
    Table,
    name="result.pairwise_tests",
    replace_by=("study_id", "run_id"),
    key=(
        "study_id",
        "comparison_id",
        "experiment",
        "assay",
        "measure",
        "target",
        "time_h",
        "group_a",
        "group_b",
        "method",
        "role",
        "scale",
    ),
):
    """Two groups of a comparison compared; the difference is group_b - group_a."""

    study_id: StudyId
    run_id: RunId
    comparison_id: ComparisonRef
    experiment: Experiment
    assay: Annotated[Assay, Field(description="Assay.")]
    measure: Measure
    target: Target
    time_h: TimeH
    group_a: Annotated[str, SameAs("condition"), Field(description="Condition earlier in display order.")]
    group_b: Annotated[str, SameAs("condition"), Field(description="Condition later in display order.")]
    n_a: Annotated[int, Field(ge=0, description="Biological units in group_a.")]
    n_b: Annotated[int, Field(ge=0, description="Biological units in group_b.")]
    method: Annotated[str, Field(description="Test, e.g. pooled_t (t with the ANOVA's MSE), welch_t, dunn.")]
    role: Annotated[TestRole, Field(description="How to read the row; including_excluded: primary, with `put_back`.")]
    scale: Annotated[Scale, Field(description="Scale that the test ran on.")]
    mean_difference: Annotated[float | None, Field(description="Mean of group_b minus mean of group_a, on `scale`.")]
    ratio: Annotated[float | None, Field(description="Ratio of geometric means, b / a; null off the log scale.")]
    ci_low: Annotated[float | None, Field(description="Lower end of the adjusted CI; null for rank tests.")]
    ci_high: Annotated[float | None, Field(description="Upper end of the adjusted CI.")]
    statistic: Annotated[float | None, Field(description="t, z, U or V, as the method has it.")]
    df: Annotated[float | None, Field(ge=0, description="Degrees of freedom; null for rank tests.")]
    pvalue: Annotated[float | None, Field(ge=0, le=1, description="Exact p-value, two-sided, not corrected.")]
    padj: Annotated[float | None, Field(ge=0, le=1, description="P-value corrected within the family.")]
    correction: Annotated[str, Field(description="Correction: bonferroni, holm, tukey, dunnett, games_howell, none.")]
    family_size: Annotated[int, Field(ge=0, description="Pairs in the family.")]
    stars: Annotated[
        Literal["ns", "*", "**", "***", "****"] | None, Field(description="From padj: 0.05, 0.01, 0.001, 0.0001.")
    ]
    cohen_d: Annotated[
        float | None, Field(description="Difference by the SD that the test uses (of differences where paired).")
    ]
    effect_size: Annotated[float | None, Field(description="Effect size, without the bias of small n.")]
    effect_name: Annotated[
        str | None,
        Field(description="hedges_g, hedges_gz (paired), hedges_g_within (SD within blocks), rank_biserial."),
    ]
    effect_ci_low: Annotated[
        float | None, Field(description="Lower end of its CI at 1 - alpha, not adjusted; null for rank tests.")
    ]
    effect_ci_high: Annotated[float | None, Field(description="Upper end of its CI.")]
    cannot_reach_alpha: Annotated[
        bool | None,
        Field(description="Whether no data of this n could give padj < alpha (rank tests); null with padj."),
    ]
    is_confirmatory: Annotated[
        bool | None,
        Field(
            description="Whether this is the time that decides (statistics.primary_time_h, else the last); "
            "other times are exploratory; null where the assay has one time."
        ),
    ]
    put_back: PutBack
    na_reason: NaReason
