"""Other and former symbols of genes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table


class GeneAlias(
    Table,
    name="core.gene_aliases",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "alias", "symbol"),
):
    """One symbol that a gene has or had besides its official one (study.yaml `annotation.gene_aliases`)."""

    study_id: StudyId
    object_id: ObjectId
    alias: Annotated[str, Field(description="Alias or former symbol; may be that of several genes.")]
    symbol: Annotated[str, Field(description="Official symbol.")]
