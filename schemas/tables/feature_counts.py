"""Counts of features in samples."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import Library, SampleRef


class FeatureCount(
    Table,
    name="core.feature_counts",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "library", "sample_name", "feature_id"),
    sort_by=("library", "feature_id"),
):
    """One feature's count in one sample."""

    study_id: StudyId
    object_id: ObjectId
    library: Annotated[Library, Field(description="Kind of count matrix; the unit of normalisation and fit.")]
    sample_name: Annotated[str, Field(description="Sample as the file names it.")]
    sample_id: SampleRef
    feature_id: Annotated[str, Field(description="Gene, miRNA or circRNA id as the file writes it.")]
    count: Annotated[
        float, Unit("reads"), Field(ge=0, description="Reads or fragments; fractional from estimating tools.")
    ]
    effective_length: Annotated[
        float | None, Unit("nt"), Field(gt=0, description="Effective length; null from counting tools.")
    ]
    linear_count: Annotated[
        float | None,
        Unit("reads"),
        Field(
            ge=0,
            description="Reads spliced linearly at the ends of a circRNA (forward-spliced, non-junction); "
            "null where the tool counts none.",
        ),
    ]
