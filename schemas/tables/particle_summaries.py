"""Captures of particle trackers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import MaterialRef, MeasuredOn, SampleName, SampleRef, TimeH

_NM = Unit("nm")
_PER_ML = Unit("1/mL")


class ParticleSummary(
    Table,
    name="core.particle_summaries",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "capture"),
):
    """One capture of a particle tracker, or all captures of a file pooled, computed from the size bins."""

    study_id: StudyId
    object_id: ObjectId
    capture: Annotated[str, Field(description="Capture, as the file names it; `pooled` for all captures together.")]
    is_pooled: Annotated[bool, Field(description="The mean distribution of all captures of the file.")]
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    mean_nm: Annotated[float | None, _NM, Field(ge=0, description="Number-weighted mean diameter.")]
    mode_nm: Annotated[float | None, _NM, Field(ge=0, description="Centre of the fullest bin.")]
    sd_nm: Annotated[float | None, _NM, Field(ge=0, description="SD of the number distribution.")]
    d10_nm: Annotated[float | None, _NM, Field(ge=0, description="Diameter that 10 % of the particles stay below.")]
    d50_nm: Annotated[float | None, _NM, Field(ge=0, description="Median diameter.")]
    d90_nm: Annotated[float | None, _NM, Field(ge=0, description="Diameter that 90 % of the particles stay below.")]
    total_concentration_per_ml: Annotated[
        float | None,
        _PER_ML,
        Field(ge=0, description="Particles in the undiluted sample; null while the dilution is not known or doubtful."),
    ]
    printed_concentration_per_ml: Annotated[
        float, _PER_ML, Field(ge=0, description="Sum of the bins as the file prints them, whatever their dilution.")
    ]
    dilution: Annotated[float | None, Field(ge=1, description="Dilution factor of the measured suspension.")]
    dilution_source: Annotated[
        Literal["file", "files.csv"] | None, Field(description="Who states the dilution; null when nobody does.")
    ]
    stated_mean_nm: Annotated[float | None, _NM, Field(description="Mean that the file states.")]
    stated_mode_nm: Annotated[float | None, _NM, Field(description="Mode that the file states.")]
    stated_sd_nm: Annotated[float | None, _NM, Field(description="SD that the file states.")]
    stated_d10_nm: Annotated[float | None, _NM, Field(description="D10 that the file states.")]
    stated_d50_nm: Annotated[float | None, _NM, Field(description="D50 that the file states.")]
    stated_d90_nm: Annotated[float | None, _NM, Field(description="D90 that the file states.")]
    stated_concentration_per_ml: Annotated[
        float | None, _PER_ML, Field(description="Total concentration that the file states.")
    ]
    track_count: Annotated[int | None, Field(ge=0, description="Tracks or particles that the distribution rests on.")]
    measured_on: MeasuredOn
    flag: Annotated[
        str | None,
        Field(
            description="dilution_missing, dilution_disagrees, dilution_twice, dilution_not_applied, empty_capture, "
            "or the instrument's own warnings; null when good."
        ),
    ]
