"""Groups, summarised."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, StudyId, Table
from schemas.vocabulary import Assay, ComparisonRef, Experiment, Measure, NaReason, Scale, Target, TimeH


class GroupSummary(
    Table,
    name="result.group_summaries",
    replace_by=("study_id", "run_id"),
    key=("study_id", "comparison_id", "experiment", "assay", "measure", "target", "condition", "time_h"),
):
    """One group of a comparison: n, mean and spread."""

    study_id: StudyId
    run_id: RunId
    comparison_id: ComparisonRef
    experiment: Experiment
    assay: Annotated[Assay, Field(description="Assay.")]
    measure: Measure
    target: Target
    condition: Annotated[str, Field(description="Condition of the group.")]
    time_h: TimeH
    scale: Annotated[Scale, Field(description="Scale of mean, sd, sem and median.")]
    n: Annotated[int, Field(ge=0, description="Biological units with a value.")]
    n_unit: Annotated[Literal["culture", "donor"], Field(description="What n counts.")]
    mean: Annotated[float | None, Field(description="Arithmetic mean on `scale`.")]
    sd: Annotated[float | None, Field(ge=0, description="Standard deviation (n - 1); null for n = 1.")]
    sem: Annotated[float | None, Field(ge=0, description="Standard error of the mean.")]
    median: Annotated[float | None, Field(description="Median on `scale`.")]
    geometric_mean: Annotated[
        float | None, Field(description="Geometric mean in the original unit; null off the log scale.")
    ]
    excluded_count: Annotated[int, Field(ge=0, description="Units left out by exclusions.csv.")]
    n_including_excluded: Annotated[
        int | None, Field(ge=0, description="n with what exclusions.csv leaves out put back; null where nothing is.")
    ]
    mean_including_excluded: Annotated[float | None, Field(description="Mean on `scale` of these.")]
    sd_including_excluded: Annotated[float | None, Field(ge=0, description="Standard deviation of these.")]
    letters: Annotated[
        str | None,
        Field(
            description="Compact letter display of the primary test: groups that share a letter do not differ "
            "significantly; null where not all pairs were compared or the group was not tested."
        ),
    ]
    na_reason: NaReason
