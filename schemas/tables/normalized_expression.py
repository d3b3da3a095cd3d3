"""Normalised expression."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table, Unit
from schemas.vocabulary import Library


class NormalizedExpression(
    Table,
    name="result.normalized_expression",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "method", "fit", "sample_id", "feature_id"),
):
    """One feature in one sample on a scale for pictures and distances; features without reads have no row."""

    study_id: StudyId
    run_id: RunId
    library: Annotated[Library, Field(description="Count matrix.")]
    method: Annotated[str, Field(description="Method of differential expression that the fit is of.")]
    fit: Annotated[str, Field(description="Design of the fit, as in `result.sample_size_factors`.")]
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    feature_id: Annotated[str, Field(description="Gene, miRNA or circRNA.")]
    value: Annotated[
        float,
        Unit("log2"),
        Field(description="Variance-stabilised count: log2 of the normalised count where that is large."),
    ]
