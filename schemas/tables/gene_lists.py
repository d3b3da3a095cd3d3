"""Named gene lists that studies bring."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table


class GeneListMember(
    Table,
    name="core.gene_lists",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "gene_list", "role", "symbol"),
):
    """One gene of a named list, or of the genes that it was drawn from (study.yaml `enrichment.lists`)."""

    study_id: StudyId
    object_id: ObjectId
    gene_list: Annotated[
        str, Field(description="List as study.yaml calls it; the file's name where files.csv alone names it.")
    ]
    role: Annotated[
        Literal["genes", "background"],
        Field(description="`genes`: in the list; `background`: the list was drawn from them."),
    ]
    symbol: Annotated[str, Field(description="Gene as the file writes it: a symbol, or an id where it has none.")]
    line: Annotated[int, Field(ge=1, description="First line (of a workbook: row) of the file that names it.")]
