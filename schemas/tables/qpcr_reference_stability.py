"""Stability of reference genes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import RunId, StudyId, Table, Unit
from schemas.vocabulary import Experiment, NaReason


class QpcrReferenceStability(
    Table,
    name="result.qpcr_reference_stability",
    replace_by=("study_id", "run_id"),
    key=("study_id", "experiment", "target"),
):
    """How stable one reference gene is over the cultures of an experiment: geNorm, and its move with treatment."""

    study_id: StudyId
    run_id: RunId
    experiment: Experiment
    target: Annotated[str, Field(description="Reference gene.")]
    sample_count: Annotated[int, Field(ge=0, description="Cultures in which every reference gene has a Cq.")]
    m_value: Annotated[
        float | None,
        Field(ge=0, description="geNorm M among all reference genes: mean SD of log2 ratios with the others."),
    ]
    rank: Annotated[
        int | None, Field(ge=1, description="1 for the last pair left when the least stable gene is dropped in turn.")
    ]
    stepwise_m: Annotated[
        float | None, Field(ge=0, description="Mean M of the genes up to this rank (geNorm's falling curve).")
    ]
    pairwise_variation: Annotated[
        float | None,
        Field(ge=0, description="V of rank/rank+1: what the next gene changes; below 0.15 it is not needed."),
    ]
    max_shift_cq: Annotated[
        float | None, Unit("cycle"), Field(description="Largest move of its mean Cq from the first condition's.")
    ]
    shift_condition: Annotated[str | None, Field(description="Condition of that largest move.")]
    na_reason: NaReason
