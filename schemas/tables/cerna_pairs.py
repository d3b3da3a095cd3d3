"""ceRNA-mRNA pairs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, SameAs, StudyId, Table
from schemas.vocabulary import EvidenceTier


class CernaPair(
    Table,
    name="result.cerna_pairs",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "tier", "cerna_id", "mrna_id"),
    sort_by=("contrast_id", "tier", "hyper_pvalue", "cerna_id", "mrna_id"),
):
    """One ceRNA and one mRNA that share a miRNA, in one contrast and with the evidence of one tier or better.

    Of families with more than two million such pairs those of smallest hyper_pvalue are here.
    """

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    tier: Annotated[
        EvidenceTier,
        Field(
            description="Weakest evidence that counts here: pairs of miRNA and target of this tier and stronger ones. "
            "Each tier is a test and a family of its own."
        ),
    ]
    cerna_id: Annotated[str, SameAs("feature_id"), Field(description="circRNA or lncRNA.")]
    cerna_symbol: Annotated[str | None, Field(description="Its symbol.")]
    cerna_class: Annotated[Literal["circrna", "lncrna"], Field(description="Its class.")]
    mrna_id: Annotated[str, SameAs("feature_id"), Field(description="mRNA.")]
    mrna_symbol: Annotated[str | None, Field(description="Its symbol.")]
    shared_mirnas: Annotated[int, Field(ge=1, description="miRNAs of the universe that target both.")]
    cerna_mirnas: Annotated[int, Field(ge=1, description="miRNAs of the universe that target the ceRNA.")]
    mrna_mirnas: Annotated[int, Field(ge=1, description="miRNAs of the universe that target the mRNA.")]
    population: Annotated[
        int,
        Field(
            ge=1,
            description="The universe: tested miRNAs with tested targets among ceRNAs and among mRNAs. Under "
            "`compatibility: gdcrnatools` all miRNAs of the target tables.",
        ),
    ]
    family_size: Annotated[
        int, Field(ge=1, description="Candidate pairs that hyper_padj corrects for; those that share no miRNA too.")
    ]
    sharing_count: Annotated[
        int,
        Field(
            ge=1, description="Candidate pairs that share a miRNA; the two million of smallest hyper_pvalue have rows."
        ),
    ]
    significant_count: Annotated[int, Field(ge=0, description="Significant pairs of the family, stored or not.")]
    fold_enrichment: Annotated[
        float, Field(gt=0, description="shared_mirnas over the number expected of so many miRNAs by chance.")
    ]
    hyper_pvalue: Annotated[
        float, Field(ge=0, le=1, description="Hypergeometric P(at least so many shared); all miRNAs count as alike.")
    ]
    hyper_padj: Annotated[float, Field(ge=0, le=1, description="Benjamini-Hochberg over the family.")]
    is_significant: Annotated[bool, Field(description="hyper_padj below study.yaml's cerna.fdr.")]
    false_call_rate: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="Of the family: calls in rewired target tables, where every RNA and miRNA keeps its number of "
            "partners, as a share of the real calls; null when nothing is called.",
        ),
    ]
    sample_count: Annotated[int, Field(ge=0, description="Samples with all libraries that the correlations rest on.")]
    correlation: Annotated[
        float | None,
        Field(ge=-1, le=1, description="Correlation of ceRNA and mRNA, of residuals after the contrast's design."),
    ]
    correlation_pvalue: Annotated[
        float | None, Field(ge=0, le=1, description="One-sided p-value of a positive correlation.")
    ]
    regulation_similarity: Annotated[
        float | None,
        Field(
            le=1,
            description="How alike M shared miRNAs correlate with both (GDCRNATools): "
            "1 - mean((|l - p| / (|l| + |p|))^M).",
        ),
    ]
    sensitivity_correlation: Annotated[
        float | None,
        Field(
            description="Correlation less partial correlation given all shared miRNAs (SPONGE), from 50 samples up; "
            "under `compatibility: gdcrnatools` the mean over the shared miRNAs, each alone."
        ),
    ]
    sensitivity_pvalue: Annotated[
        float | None, Field(ge=0, le=1, description="One-sided p-value under SPONGE's sampled null; exploratory.")
    ]
    na_reason: Annotated[
        str | None,
        Field(
            description="Why a correlation or the sensitivity correlation is null: no_expression, too_few_samples (50 "
            "for the latter: fewer cannot tell a sponge from noise), constant_expression, too_many_mirnas."
        ),
    ]
