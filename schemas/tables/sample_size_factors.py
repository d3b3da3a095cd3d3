"""Size factors."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import Library


class SampleSizeFactor(
    Table,
    name="result.sample_size_factors",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "method", "fit", "sample_id"),
):
    """One sample's size factor in one fit."""

    study_id: StudyId
    run_id: RunId
    library: Annotated[Library, Field(description="Count matrix.")]
    method: Annotated[str, Field(description="Method of differential expression that the fit is of.")]
    fit: Annotated[str, Field(description="Design of the fit, e.g. ~ donor + condition.")]
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    size_factor: Annotated[
        float,
        Field(
            gt=0,
            description="Factor that counts are divided by; where transcript lengths take part (salmon, kallisto) the "
            "geometric mean over the features' own factors.",
        ),
    ]
    quality_weight: Annotated[
        float | None,
        Field(
            gt=0,
            description="How much the sample counts in limma, geometric mean 1; null unless `quality_weights` is set.",
        ),
    ]
