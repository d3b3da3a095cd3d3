"""Condition × time analyses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, StudyId, Table
from schemas.vocabulary import Assay, ComparisonRef, Experiment, Measure, Scale, Target, TestRole


class TimeCourseTest(
    Table,
    name="result.time_course_tests",
    replace_by=("study_id", "run_id"),
    key=(
        "study_id",
        "comparison_id",
        "experiment",
        "assay",
        "measure",
        "target",
        "scale",
        "effect",
        "method",
        "role",
        "sum_of_squares",
    ),
):
    """One effect (condition, time or their interaction) of a two-way analysis of variance over the time course."""

    study_id: StudyId
    run_id: RunId
    comparison_id: ComparisonRef
    experiment: Experiment
    assay: Annotated[Assay, Field(description="Assay.")]
    measure: Measure
    target: Target
    scale: Annotated[Scale, Field(description="Scale that the test ran on.")]
    effect: Annotated[
        Literal["condition", "time", "condition:time"],
        Field(description="What is tested; condition:time asks whether the curves differ in shape."),
    ]
    method: Annotated[
        Literal["two_way_repeated", "mixed", "two_way"],
        Field(
            description="Condition and time within the donor; time within the culture and condition between; or both "
            "between (other cultures or plates at every time)."
        ),
    ]
    role: Annotated[TestRole, Field(description="How to read the row; including_excluded: primary, with `put_back`.")]
    sum_of_squares: Annotated[
        Literal["II", "III"], Field(description="Type of the sums of squares; they are the same where n is balanced.")
    ]
    condition_count: Annotated[int, Field(ge=0, description="Conditions with a value.")]
    time_count: Annotated[int, Field(ge=0, description="Times with a value.")]
    n: Annotated[int, Field(ge=0, description="Donors or cultures; values where the method is two_way.")]
    n_unit: Annotated[Literal["culture", "donor"], Field(description="What was followed or measured.")]
    statistic: Annotated[float | None, Field(ge=0, description="F.")]
    df1: Annotated[float | None, Field(ge=0, description="Numerator degrees of freedom, not corrected.")]
    df2: Annotated[float | None, Field(ge=0, description="Error degrees of freedom, not corrected.")]
    epsilon_gg: Annotated[
        float | None, Field(ge=0, le=1, description="Greenhouse–Geisser epsilon; null where nothing is repeated.")
    ]
    epsilon_hf: Annotated[float | None, Field(le=1, description="Huynh–Feldt epsilon (Lecoutre's form), at most 1.")]
    mauchly_w: Annotated[
        float | None,
        Field(ge=0, description="Mauchly's W; null with two levels or fewer units than contrasts."),
    ]
    mauchly_pvalue: Annotated[float | None, Field(ge=0, le=1, description="P-value that sphericity holds.")]
    pvalue: Annotated[float | None, Field(ge=0, le=1, description="Exact p-value, not corrected for sphericity.")]
    pvalue_gg: Annotated[
        float | None,
        Field(ge=0, le=1, description="P-value with Greenhouse–Geisser's df: the one to report where it is given."),
    ]
    pvalue_hf: Annotated[float | None, Field(ge=0, le=1, description="P-value with Huynh–Feldt's df.")]
    effect_size: Annotated[float | None, Field(ge=0, le=1, description="Partial η².")]
    generalized_eta_squared: Annotated[
        float | None, Field(ge=0, le=1, description="Generalised η², comparable between designs.")
    ]
    design_note: Annotated[str, Field(description="Design in words: what n is, what was assumed, what was left out.")]
    put_back: Annotated[
        str | None,
        Field(description="What exclusions.csv leaves out and this row has back, `; ` between; null for the others."),
    ]
    na_reason: Annotated[
        str | None,
        Field(description="Why there is no statistic; `missing_cell: …` names donor or culture, condition and time."),
    ]
