"""Terms for gene lists."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import EvidenceTier


class Enrichment(
    Table,
    name="result.enrichment",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "gene_list", "tier", "collection", "term_id", "method"),
    sort_by=("contrast_id", "gene_list", "tier", "collection", "method", "pvalue", "term_id"),
):
    """One term for one gene list by one method; terms of the family without a gene of the list (p = 1) have no row.

    Of gsea every term of the family has one; its list are the genes from the end of the ranking to the peak of the
    term's running sum.
    """

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[
        str | None,
        References("core.contrasts.contrast_id"),
        Field(description="Contrast; null for `shared`, the list of several."),
    ]
    gene_list: Annotated[
        str,
        Field(
            description="`all`, `up`, `down` (changed genes), `hubs` and `cerna_mrnas` (mRNAs of the ceRNA network), "
            "`mirna_targets` (of changed miRNAs), `circrna_hosts` (of changed circRNAs), `shared` (changed in the same "
            "direction in several contrasts), `ranking` (of gsea: all tested genes by test statistic)."
        ),
    ]
    tier: Annotated[
        EvidenceTier | None,
        Field(
            description="Of lists that rest on miRNA-target pairs: pairs of this tier of evidence and stronger ones "
            "made list and background. Null for other lists."
        ),
    ]
    collection: Annotated[str, Field(description="Collection of gene sets (enrichment.gene_sets of study.yaml).")]
    term_id: Annotated[str, Field(description="Id of the set.")]
    term: Annotated[str, Field(description="Name of the set.")]
    method: Annotated[
        Literal["ora", "ease", "gsea"],
        Field(
            description="`ora`: hypergeometric; `ease`: DAVID's score, P(overlap - 1 or more); `gsea`: preranked gene "
            "set enrichment analysis."
        ),
    ]
    overlap: Annotated[int, Field(ge=1, description="Genes of the list in the set; of gsea the leading edge.")]
    set_size: Annotated[int, Field(ge=1, description="Genes of the set in the background; the size limits are on it.")]
    set_gene_count: Annotated[
        int, Field(ge=1, description="Genes of the set in its file, whether in the background or not.")
    ]
    list_size: Annotated[
        int,
        Field(
            ge=1,
            description="Genes of the list in the background; of gsea those from the top (es > 0) or the bottom of the "
            "ranking to the peak of the running sum.",
        ),
    ]
    background_size: Annotated[
        int, Field(ge=1, description="Genes that could have been in the list; of gsea all ranked ones.")
    ]
    family_size: Annotated[
        int, Field(ge=1, description="Terms within the size limits: the family that padj corrects for.")
    ]
    gene_ratio: Annotated[float, Field(gt=0, le=1, description="overlap / list_size.")]
    fold_enrichment: Annotated[float, Field(gt=0, description="gene_ratio over set_size / background_size.")]
    es: Annotated[
        float | None,
        Field(ge=-1, le=1, description="Enrichment score: the running sum at its peak; null but of gsea."),
    ]
    nes: Annotated[
        float | None,
        Field(
            description="Normalised enrichment score: es over the mean size of the scores of its sign that random sets "
            "of its size have; positive: the term's genes are higher in the target. Null but of gsea."
        ),
    ]
    pvalue: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="P(overlap or more by chance), of gsea (1 + b) / (1 + n) of the n random scores of its sign, b "
            "as extreme; one-sided, nominal.",
        ),
    ]
    padj: Annotated[
        float,
        Field(ge=0, le=1, description="Benjamini-Hochberg over the contrast's list, tier, collection and method."),
    ]
    alpha: Annotated[
        float,
        Field(gt=0, le=1, description="P below which terms are listed and grouped: enrichment.pvalue of study.yaml."),
    ]
    background: Annotated[
        str | None,
        Field(
            description="What the list was drawn from: `tested` (all genes that could have been in it), `annotated` "
            "(those of them that the collection knows), or the file of genes that study.yaml names for a named list; "
            "null for a method without a list."
        ),
    ]
    cluster: Annotated[
        int | None,
        Field(
            ge=1,
            description="Terms of one number rest on nearly the same genes of the list (kappa of 0.5 or more with "
            "the representative), 1 for the most significant; null for P >= alpha.",
        ),
    ]
    is_representative: Annotated[
        bool | None, Field(description="Whether it is the most significant term of its cluster; null without cluster.")
    ]
    genes: Annotated[
        str, Field(description="Genes of the list in the set, semicolon list, alphabetical; of gsea from the end on.")
    ]
    gene_set_hash: Annotated[str, Field(description="sha256 of the file that the set was read from.")]
    na_reason: Annotated[
        str | None,
        Field(description="Why nes of gsea is null: no_permutation_of_this_sign; null when it is there."),
    ]
