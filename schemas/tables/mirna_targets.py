"""miRNA targets that studies bring."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table
from schemas.vocabulary import EvidenceTier, RnaClass


class MirnaTarget(
    Table,
    name="core.mirna_targets",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "mirna", "target_id", "source", "tier"),
    sort_by=("mirna", "target_id", "source", "tier"),
):
    """One pair of a miRNA and a target, as one file of the study knows it from one source and kind of evidence."""

    study_id: StudyId
    object_id: ObjectId
    mirna: Annotated[str, Field(description="miRNA as the file names it: name, MIMAT accession or family.")]
    target_id: Annotated[
        str, Field(description="Target as the file identifies it: gene, transcript or circRNA id, else its symbol.")
    ]
    target_symbol: Annotated[str | None, Field(description="Symbol of the target; null where the file has none.")]
    target_class: Annotated[
        RnaClass | None, Field(description="Class that the file's biotype gives; null where it has none.")
    ]
    source: Annotated[str, Field(description="Database or method, else the file's name.")]
    evidence: Annotated[str | None, Field(description="Evidence in the file's words; null where it says none.")]
    tier: Annotated[
        EvidenceTier,
        Field(
            description="`validated` (reporter assay, western blot, qPCR), `high_throughput` (CLIP, degradome, arrays, "
            "or an experiment of unstated strength), `predicted` (sequence alone), `unstated`."
        ),
    ]
    site_count: Annotated[int | None, Field(ge=1, description="Sites that the file lists; null where it lists pairs.")]
