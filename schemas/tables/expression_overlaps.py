"""Features changed in several contrasts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import RunId, StudyId, Table
from schemas.vocabulary import Library, RnaClass


class ExpressionOverlap(
    Table,
    name="result.expression_overlaps",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "feature_id"),
    sort_by=("library", "max_padj", "feature_id"),
):
    """One feature changed in several contrasts by the primary method; no p-value, for such contrasts share samples."""

    study_id: StudyId
    run_id: RunId
    library: Annotated[Library, Field(description="Count matrix.")]
    method: Annotated[str, Field(description="Primary method, which decides what is changed.")]
    feature_id: Annotated[str, Field(description="Gene, miRNA or circRNA.")]
    symbol: Annotated[str | None, Field(description="Symbol, as in `core.features`.")]
    rna_class: Annotated[RnaClass, Field(description="Class of the feature.")]
    contrasts: Annotated[
        str,
        Field(
            description="Contrasts in which it is changed, semicolon list in the order of contrasts.csv; the direct "
            "contrast of two of them is not counted but shown in direct_contrast."
        ),
    ]
    directions: Annotated[str, Field(description="up or down in each of them, semicolon list in their order.")]
    contrast_count: Annotated[int, Field(ge=2, description="How many contrasts that is.")]
    is_consistent: Annotated[bool, Field(description="Whether it is changed in the same direction in all of them.")]
    shared_reference: Annotated[
        str | None,
        Field(description="Level that all of them are compared with: they share its samples; null where they differ."),
    ]
    max_padj: Annotated[float, Field(ge=0, le=1, description="Largest adjusted p-value among them.")]
    min_abs_log2_fold_change: Annotated[
        float, Field(ge=0, description="Smallest absolute log2 fold change among them.")
    ]
    direct_contrast: Annotated[
        str | None,
        Field(
            description="Contrast of contrasts.csv between the targets of two of them that share a reference; of "
            "several the one with the smallest padj; null where none is declared."
        ),
    ]
    direct_log2_fold_change: Annotated[
        float | None, Field(description="log2 fold change in the direct contrast, in its own direction.")
    ]
    direct_padj: Annotated[
        float | None,
        Field(ge=0, le=1, description="Adjusted p-value in the direct contrast: whether the two differ in size."),
    ]
