"""Agreement between methods of differential expression."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import Library, NaReason


class MethodAgreement(
    Table,
    name="result.method_agreement",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "library", "method_a", "method_b"),
):
    """Two methods in one contrast and library: how far their lists and fold changes agree."""

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    library: Annotated[Library, Field(description="Count matrix.")]
    method_a: Annotated[str, Field(description="One method; the primary one where it is among the two.")]
    method_b: Annotated[str, Field(description="The other method.")]
    is_primary_a: Annotated[bool, Field(description="Whether method_a is the study's primary method.")]
    tested_both_count: Annotated[int, Field(ge=0, description="Features with a p-value by both methods.")]
    significant_a_count: Annotated[int, Field(ge=0, description="Features that method_a calls up or down.")]
    significant_b_count: Annotated[int, Field(ge=0, description="Features that method_b calls up or down.")]
    both_count: Annotated[int, Field(ge=0, description="Features that both call changed, in the same direction.")]
    opposite_count: Annotated[int, Field(ge=0, description="Features that they call changed in opposite directions.")]
    jaccard: Annotated[
        float | None,
        Field(ge=0, le=1, description="both_count over the features that either calls changed; null where none does."),
    ]
    spearman_log2_fold_change: Annotated[
        float | None,
        Field(ge=-1, le=1, description="Rank correlation of log2 fold changes over the features tested by both."),
    ]
    na_reason: NaReason
