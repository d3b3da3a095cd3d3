"""Genes, miRNAs and circRNAs of a study."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table
from schemas.vocabulary import Library, RnaClass


class Feature(
    Table, name="core.features", replace_by=("study_id", "library"), key=("study_id", "library", "feature_id")
):
    """One gene, miRNA or circRNA that occurs in the study's count files."""

    study_id: StudyId
    library: Annotated[Library, Field(description="Kind of count matrix it occurs in.")]
    feature_id: Annotated[str, Field(description="Id as the count file writes it.")]
    symbol: Annotated[
        str | None,
        Field(description="Symbol of the annotation or the file, else the id if it is one (IL6); null for accessions."),
    ]
    biotype: Annotated[str | None, Field(description="Biotype from the annotation or the file.")]
    rna_class: Annotated[RnaClass, Field(description="Class that the biotype or the library gives.")]
    host_gene_id: Annotated[
        str | None, Field(description="Gene that a circRNA lies in, as database id; several separated by semicolons.")
    ]
    host_gene: Annotated[
        str | None, Field(description="Symbol of that gene, from the circRNA tool or the annotation; several likewise.")
    ]
