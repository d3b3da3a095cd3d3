"""Nodes of ceRNA networks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import EvidenceTier


class CernaNode(
    Table,
    name="result.cerna_nodes",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "feature_id"),
    sort_by=("contrast_id", "rna_class", "hub_rank"),
):
    """One RNA in the network of a contrast, whose edges are those of the consistent triplets."""

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    feature_id: Annotated[str, Field(description="circRNA, lncRNA, miRNA or mRNA.")]
    symbol: Annotated[str | None, Field(description="Its symbol.")]
    rna_class: Annotated[Literal["circrna", "lncrna", "mirna", "mrna"], Field(description="Its class.")]
    direction: Annotated[Literal["up", "down"], Field(description="Its direction in the contrast.")]
    log2_fold_change: Annotated[float | None, Field(description="Its log2(target / reference).")]
    tier: Annotated[
        EvidenceTier,
        Field(
            description="The weakest evidence among its edges; an edge has that of its best triplet, whose tier is the "
            "weaker of its two target pairs'."
        ),
    ]
    degree: Annotated[
        int, Field(ge=1, description="Edges: miRNAs of a ceRNA or mRNA, both kinds of targets of a miRNA.")
    ]
    betweenness: Annotated[
        float, Field(ge=0, le=1, description="Share of the shortest paths between other nodes that pass it.")
    ]
    mcc: Annotated[
        float,
        Field(
            ge=0,
            description="Maximal clique centrality of cytoHubba, which papers quote. ceRNA networks have no triangles: "
            "it equals the degree and says nothing more.",
        ),
    ]
    module: Annotated[int, Field(ge=1, description="Louvain community; 1 is the largest.")]
    hub_rank: Annotated[
        int, Field(ge=1, description="Place within its class by degree, then betweenness, then symbol.")
    ]
    is_hub: Annotated[bool, Field(description="Among the first cerna.hubs (study.yaml) of its class.")]
