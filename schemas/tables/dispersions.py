"""Dispersions of features."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, StudyId, Table, Unit
from schemas.vocabulary import Library


class Dispersion(
    Table,
    name="result.dispersions",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "method", "fit", "feature_id"),
):
    """One feature's dispersion in one fit, by its own counts, by the trend, and as tests use it."""

    study_id: StudyId
    run_id: RunId
    library: Annotated[Library, Field(description="Count matrix.")]
    method: Annotated[str, Field(description="Method that estimates dispersions: deseq2.")]
    fit: Annotated[str, Field(description="Design of the fit, as in `result.sample_size_factors`.")]
    feature_id: Annotated[str, Field(description="Gene, miRNA or circRNA with reads.")]
    base_mean: Annotated[
        float,
        Unit("normalised reads"),
        Field(ge=0, description="Mean of normalised counts over the fit's samples."),
    ]
    genewise_dispersion: Annotated[float, Field(gt=0, description="Estimate from the feature's own counts.")]
    trend_dispersion: Annotated[float, Field(gt=0, description="Dispersion expected at this mean.")]
    dispersion: Annotated[
        float, Field(gt=0, description="Dispersion used in tests: drawn to the trend, or an outlier's own.")
    ]
    is_outlier: Annotated[
        bool, Field(description="Whether the own estimate is so far above the trend that it is kept.")
    ]
    prior_variance: Annotated[
        float, Field(gt=0, description="Variance of log dispersion around the trend that the drawing assumes.")
    ]
    trend: Annotated[
        Literal["parametric", "local", "mean"],
        Field(
            description="Form of the trend: a0 + a1 / mean, local regression where that does not fit, or a constant."
        ),
    ]
