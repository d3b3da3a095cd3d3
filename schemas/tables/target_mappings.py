"""What the names of miRNA-target tables mean in a study."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import RunId, StudyId, Table


class TargetMapping(
    Table,
    name="result.target_mappings",
    replace_by=("study_id", "run_id"),
    key=("study_id", "side", "name", "symbol", "feature_id"),
):
    """One name of the study's miRNA-target tables and a feature that it means, or why it means none."""

    study_id: StudyId
    run_id: RunId
    side: Annotated[Literal["mirna", "target"], Field(description="Which side of a pair the name is of.")]
    name: Annotated[str, Field(description="Name as the tables write it: miRNA, or target_id.")]
    symbol: Annotated[
        str | None, Field(description="The target's symbol in the tables; null for miRNAs and where none.")
    ]
    feature_id: Annotated[
        str | None, Field(description="Feature of the study (core.features) that it means; null when none.")
    ]
    rule: Annotated[
        str | None,
        Field(
            description="How that is known: `exact`, `version` (id without version), `accession`, `alias`, `only_arm`, "
            "`family`, `place` (of a circle), `symbol`, `symbol_case`; null when it means none."
        ),
    ]
    pair_count: Annotated[int, Field(ge=1, description="Rows of core.mirna_targets with this name.")]
    na_reason: Annotated[
        str | None,
        Field(
            description="Why it means no feature: `not_in_study`, `other_species`, `ambiguous_arm` (5p or 3p), "
            "`ambiguous_name`, `ambiguous_alias` (several miRNAs or genes had it), `unknown_accession`; null otherwise."
        ),
    ]
