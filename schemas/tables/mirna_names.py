"""Names of miRNAs over the releases of miRBase."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table


class MirnaName(
    Table,
    name="core.mirna_names",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "accession", "name"),
):
    """One name that a mature miRNA has or had (study.yaml `annotation.mirna_mature`, `annotation.mirna_aliases`)."""

    study_id: StudyId
    object_id: ObjectId
    accession: Annotated[
        str, Field(pattern=r"^MIMAT[0-9]{7}(?:_[0-9]+)?$", description="miRBase's accession, which outlives names.")
    ]
    name: Annotated[str, Field(description="Name, e.g. hsa-miR-21-5p or, formerly, hsa-miR-21.")]
    sequence: Annotated[
        str | None, Field(pattern=r"^[ACGUN]+$", description="Mature sequence 5′ to 3′; null in a list of names.")
    ]
