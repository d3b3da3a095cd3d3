"""ceRNA-miRNA-mRNA triplets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, SameAs, StudyId, Table
from schemas.vocabulary import EvidenceTier

Direction = Literal["up", "down", "ns"]


class CernaTriplet(
    Table,
    name="result.cerna_triplets",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "cerna_id", "mirna_id", "mrna_id"),
    sort_by=("contrast_id", "pvalue", "cerna_id", "mirna_id", "mrna_id"),
):
    """One miRNA with a ceRNA and an mRNA that it targets, in one contrast: significant, consistent, or both."""

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    cerna_id: Annotated[str, SameAs("feature_id"), Field(description="circRNA or lncRNA.")]
    cerna_symbol: Annotated[str | None, Field(description="Its symbol.")]
    cerna_class: Annotated[Literal["circrna", "lncrna"], Field(description="Its class.")]
    cerna_direction: Annotated[Direction, Field(description="Its direction in `result.differential_expression`.")]
    cerna_log2_fold_change: Annotated[float | None, Field(description="Its log2(target / reference).")]
    mirna_id: Annotated[str, SameAs("feature_id"), Field(description="miRNA.")]
    mirna_symbol: Annotated[str | None, Field(description="Its symbol.")]
    mirna_direction: Annotated[Direction, Field(description="Its direction in `result.differential_expression`.")]
    mirna_log2_fold_change: Annotated[float | None, Field(description="Its log2(target / reference).")]
    mrna_id: Annotated[str, SameAs("feature_id"), Field(description="mRNA.")]
    mrna_symbol: Annotated[str | None, Field(description="Its symbol.")]
    mrna_direction: Annotated[Direction, Field(description="Its direction in `result.differential_expression`.")]
    mrna_log2_fold_change: Annotated[float | None, Field(description="Its log2(target / reference).")]
    pattern: Annotated[
        Literal["up", "down"], Field(description="The way of ceRNA and mRNA; the miRNA goes the other way.")
    ]
    tier: Annotated[EvidenceTier, Field(description="The weaker evidence of its two target pairs; families go by it.")]
    family_size: Annotated[
        int,
        Field(
            ge=1,
            description="Triplets of the target tables in this tier whose three nodes were tested; most have no row.",
        ),
    ]
    pvalue: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="Largest of the three one-sided p-values for the pattern, doubled for the two patterns.",
        ),
    ]
    padj: Annotated[float, Field(ge=0, le=1, description="Benjamini-Hochberg over the family.")]
    is_significant: Annotated[bool, Field(description="padj below study.yaml's cerna.fdr.")]
    is_consistent: Annotated[
        bool,
        Field(
            description="All three are changed (up or down), with the pattern's signs. What networks are drawn of; no "
            "rate of false discoveries is controlled. A ceRNA may act without moving its miRNA, and cells that took "
            "up exosomes hold the exosomes' RNA."
        ),
    ]
