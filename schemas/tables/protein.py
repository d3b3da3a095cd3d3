"""Protein levels of cultures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import Experiment, IsExcluded, NaReason, TimeH


class Protein(
    Table,
    name="result.protein",
    replace_by=("study_id", "run_id"),
    key=("study_id", "membrane", "sample_id", "target", "time_h"),
):
    """One protein of one culture on one membrane, relative to the loading control in the same lanes."""

    study_id: StudyId
    run_id: RunId
    membrane: Annotated[str, Field(description="Membrane.")]
    experiment: Experiment
    sample_id: Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
    target: Annotated[str, Field(description="Protein.")]
    time_h: TimeH
    loading: Annotated[str | None, Field(description="Loading controls, joined by `;`; null where there is none.")]
    mean_signal: Annotated[float | None, Field(description="Mean background-free signal of the target's bands.")]
    mean_loading: Annotated[float | None, Field(description="Mean loading signal in the same lanes.")]
    log2_ratio: Annotated[float | None, Field(description="Mean over lanes of log2(target / loading).")]
    ratio: Annotated[float | None, Field(ge=0, description="2^log2_ratio: geometric mean of target / loading.")]
    lane_count: Annotated[int, Field(ge=0, description="Lanes averaged.")]
    sd_log2: Annotated[float | None, Field(ge=0, description="SD of log2(target / loading) over lanes.")]
    is_excluded: IsExcluded
    na_reason: NaReason
