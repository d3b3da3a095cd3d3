"""Rescue of a disease by treatments."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, SameAs, StudyId, Table
from schemas.vocabulary import Assay, ComparisonRef, Experiment, Measure, NaReason, Scale, Target, TimeH


class Rescue(
    Table,
    name="result.rescue",
    replace_by=("study_id", "run_id"),
    key=("study_id", "comparison_id", "experiment", "assay", "measure", "target", "time_h", "treatment", "scale"),
):
    """How far a treatment undoes the disease: (treatment - disease) / (control - disease); 1 is full rescue."""

    study_id: StudyId
    run_id: RunId
    comparison_id: ComparisonRef
    experiment: Experiment
    assay: Annotated[Assay, Field(description="Assay.")]
    measure: Measure
    target: Target
    time_h: TimeH
    control: Annotated[
        str, SameAs("condition"), Field(description="Condition without the disease (statistics.rescue).")
    ]
    disease: Annotated[
        str, SameAs("condition"), Field(description="Condition with the disease and without a treatment.")
    ]
    treatment: Annotated[str, SameAs("condition"), Field(description="Condition with the disease and the treatment.")]
    scale: Annotated[Scale, Field(description="Scale that differences were taken on; on log2 they are log ratios.")]
    n_control: Annotated[int, Field(ge=0, description="Biological units of the control.")]
    n_disease: Annotated[int, Field(ge=0, description="Biological units of the disease.")]
    n_treatment: Annotated[int, Field(ge=0, description="Biological units of the treatment.")]
    n_unit: Annotated[Literal["culture", "donor"], Field(description="What n counts.")]
    disease_effect: Annotated[float | None, Field(description="Mean of disease minus control, on `scale`.")]
    treatment_effect: Annotated[float | None, Field(description="Mean of treatment minus disease, on `scale`.")]
    rescue: Annotated[
        float | None, Field(description="Share of the disease's effect undone; negative where it is made worse.")
    ]
    ci_low: Annotated[float | None, Field(description="Lower end of Fieller's CI, level 1 - statistics.alpha.")]
    ci_high: Annotated[float | None, Field(description="Upper end of Fieller's CI.")]
    rescue_including_excluded: Annotated[
        float | None, Field(description="Rescue with what exclusions.csv leaves out put back; null where nothing is.")
    ]
    ci_low_including_excluded: Annotated[float | None, Field(description="Lower end of its CI.")]
    ci_high_including_excluded: Annotated[float | None, Field(description="Upper end of its CI.")]
    na_reason_including_excluded: Annotated[
        str | None, Field(description="Why there is no rescue with it put back, as `na_reason`.")
    ]
    put_back: Annotated[
        str | None, Field(description="What exclusions.csv leaves out of the family, `; ` between; null for nothing.")
    ]
    df: Annotated[float | None, Field(ge=0, description="Degrees of freedom of the pooled mean square.")]
    confidence_set: Annotated[
        Literal["interval", "two_rays", "all_values"] | None,
        Field(
            description="Fieller's set: interval, or unbounded (all but an interval; every value) where the disease "
            "has no effect that stands."
        ),
    ]
    design_note: Annotated[str, Field(description="Design in words: what n is, what was held constant.")]
    na_reason: NaReason
