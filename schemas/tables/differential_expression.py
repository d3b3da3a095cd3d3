"""Differential expression."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table, Unit
from schemas.vocabulary import Library, RnaClass


class DifferentialExpression(
    Table,
    name="result.differential_expression",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "library", "method", "feature_id"),
    sort_by=("contrast_id", "library", "method", "pvalue", "feature_id"),
):
    """One feature in one contrast by one method."""

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    library: Annotated[Library, Field(description="Count matrix the fit used; normalisation and BH run within it.")]
    rna_class: Annotated[RnaClass, Field(description="Class of the feature; a label, not a family.")]
    method: Annotated[str, Field(description="deseq2, limma_voom or limma_trend.")]
    feature_id: Annotated[str, Field(description="Gene, miRNA or circRNA.")]
    symbol: Annotated[str | None, Field(description="Symbol, as in `core.features`.")]
    base_mean: Annotated[
        float | None,
        Unit("normalised reads"),
        Field(ge=0, description="Mean of normalised counts over the fit's samples."),
    ]
    log2_fold_change: Annotated[
        float | None,
        Field(
            description="log2(target / reference), not shrunken; of an interaction the difference of two such values."
        ),
    ]
    lfc_se: Annotated[float | None, Field(ge=0, description="Standard error of log2_fold_change.")]
    shrunken_log2_fold_change: Annotated[
        float | None,
        Field(
            description="log2_fold_change drawn to zero by how uncertain it is (apeGLM), for ranking and pictures; "
            "null unless expression.shrinkage asks for it, of limma, and without reads."
        ),
    ]
    shrunken_lfc_se: Annotated[
        float | None, Field(ge=0, description="Posterior standard deviation of shrunken_log2_fold_change.")
    ]
    stat: Annotated[
        float | None,
        Field(description="Wald statistic, moderated t of limma; of a contrast with test lrt chi-squared, F of limma."),
    ]
    pvalue: Annotated[float | None, Field(ge=0, le=1, description="Exact p-value, two-sided.")]
    padj: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="Benjamini-Hochberg over the library after filtering (deseq2: independent; limma: by counts).",
        ),
    ]
    direction: Annotated[
        Literal["up", "down", "ns"],
        Field(description="up or down where padj < fdr and the fold change passes the study's threshold."),
    ]
    na_reason: Annotated[
        str | None, Field(description="Why a statistic is null: all_zero, outlier, low_count; null when all are there.")
    ]
