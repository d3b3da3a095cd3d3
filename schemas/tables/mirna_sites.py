"""Sites of miRNAs that were predicted from sequence."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import SiteType


class MirnaSite(
    Table,
    name="core.mirna_sites",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "mirna", "target_id", "position_nt"),
    derived=True,
):
    """One seed site of a miRNA in a sequence of the study (study.yaml `cerna.sequences`), with what surrounds it."""

    study_id: StudyId
    object_id: ObjectId
    mirna: Annotated[str, Field(description="Mature miRNA (annotation.mirna_mature).")]
    target_id: Annotated[str, Field(description="Sequence by the id of its FASTA header.")]
    position_nt: Annotated[
        int,
        Unit("nt"),
        Field(
            ge=1, description="Nucleotide opposite the miRNA's first, from 1; one beyond a linear end may be opposite."
        ),
    ]
    site_type: Annotated[
        SiteType,
        Field(
            description="Pairs of nucleotides 2-8 and an A opposite the first; 2-8; 2-7 and the A; 2-7 alone "
            "(only where study.yaml `cerna.site_types` asks for it)."
        ),
    ]
    spans_junction: Annotated[bool, Field(description="The site crosses the back-splice junction of a circle.")]
    au_content: Annotated[
        float | None,
        Field(
            ge=0, le=1, description="Weighted share of A and U in 30 nt on either side; null where nothing flanks it."
        ),
    ]
    supplementary_score: Annotated[
        float, Field(ge=0, description="Pairing of the miRNA's 3′ part; 3 and more is thought to matter.")
    ]
