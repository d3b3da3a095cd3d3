"""circRNAs beside the genes that they come from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import NaReason

Direction = Literal["up", "down", "ns"]


class CircrnaHost(
    Table,
    name="result.circrna_hosts",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "feature_id", "host_gene_id", "host_gene"),
):
    """One circRNA in one contrast beside one host gene: a change of the host alone looks like one of the circRNA."""

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    method: Annotated[str, Field(description="Primary method of differential expression.")]
    feature_id: Annotated[str, Field(description="circRNA.")]
    log2_fold_change: Annotated[float | None, Field(description="log2 fold change of the circRNA.")]
    padj: Annotated[float | None, Field(ge=0, le=1, description="Its adjusted p-value.")]
    direction: Annotated[Direction, Field(description="Whether it is called up or down.")]
    host_gene_id: Annotated[str | None, Field(description="Host gene, as `core.features` has it.")]
    host_gene: Annotated[str | None, Field(description="Symbol of the host gene.")]
    host_feature_id: Annotated[
        str | None, Field(description="The host in the gene matrix; null where it is not counted there.")
    ]
    host_log2_fold_change: Annotated[float | None, Field(description="log2 fold change of the host in the contrast.")]
    host_padj: Annotated[float | None, Field(ge=0, le=1, description="Its adjusted p-value.")]
    host_direction: Annotated[Direction | None, Field(description="Whether the host is called up or down.")]
    log2_change_beyond_host: Annotated[float | None, Field(description="log2 fold change minus the host's.")]
    beyond_host_pvalue: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="Nominal p-value that it is 0: normal, of both standard errors, as if they were independent.",
        ),
    ]
    junction_ratio_reference: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="2 x circular / (2 x circular + linear reads) at its ends, over the samples of the reference "
            "(CIRIquant, doi:10.1038/s41467-019-13840-9); null where linear reads were not counted.",
        ),
    ]
    junction_ratio_target: Annotated[
        float | None, Field(ge=0, le=1, description="The same over the samples of the target.")
    ]
    verdict: Annotated[
        Literal["not_changed", "host_explains", "beyond_host", "unclear", "host_unknown"],
        Field(
            description="not_changed: the circRNA is not called; host_explains: the host goes the same way and as far; "
            "beyond_host: the circRNA goes further or elsewhere (p < 0.05); unclear: neither; host_unknown."
        ),
    ]
    na_reason: NaReason
