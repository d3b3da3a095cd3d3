"""Gene sets that studies bring."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table

CollectionName = Annotated[str, Field(description="Collection as study.yaml calls it (enrichment.gene_sets).")]


class GeneSet(
    Table,
    name="core.gene_sets",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "collection", "set_id", "symbol"),
):
    """One gene in one set of a collection."""

    study_id: StudyId
    object_id: ObjectId
    collection: CollectionName
    set_id: Annotated[str, Field(description="Id of the set, its name where the file gives none.")]
    set_name: Annotated[str, Field(description="Name or description of the set, its id where the file gives none.")]
    symbol: Annotated[str, Field(description="Gene as the file writes it, usually a symbol.")]


class GeneSetCollection(
    Table,
    name="core.gene_set_collections",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "collection"),
):
    """One collection of gene sets as its file holds it: how much, which release, under which licence."""

    study_id: StudyId
    object_id: ObjectId
    collection: CollectionName
    set_count: Annotated[int, Field(ge=0, description="Sets with at least one gene.")]
    gene_count: Annotated[int, Field(ge=0, description="Different genes in all sets.")]
    empty_set_count: Annotated[int, Field(ge=0, description="Sets without a gene; they are left out.")]
    version: Annotated[
        str | None, Field(description="Release (study.yaml, else the file's comment); null where neither says.")
    ]
    licence: Annotated[
        str | None, Field(description="Licence (study.yaml, else the file's comment); null where neither says.")
    ]
    source: Annotated[str | None, Field(description="Where the sets come from, as the file's comment says.")]
