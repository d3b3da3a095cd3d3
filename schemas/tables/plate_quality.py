"""How well a plate was made and read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, RunId, StudyId, Table, Unit
from schemas.vocabulary import TimeH


class PlateQuality(
    Table,
    name="result.plate_quality",
    replace_by=("study_id", "run_id"),
    key=("study_id", "object_id", "plate", "measure", "wavelength_nm", "time_h"),
):
    """One read (measure, wavelength, time) of one plate: its blanks, replicates, controls and edge."""

    study_id: StudyId
    run_id: RunId
    object_id: ObjectId
    plate: Annotated[str, Field(description="Plate.")]
    assay: Annotated[str, Field(description="Assay of files.csv.")]
    measure: Annotated[str, Field(description="Name of the read.")]
    wavelength_nm: Annotated[float | None, Unit("nm"), Field(description="Wavelength read; null when none is named.")]
    time_h: TimeH
    unit: Annotated[str, Field(description="Unit of the readings.")]
    well_count: Annotated[int, Field(ge=0, description="Wells read.")]
    lost_count: Annotated[
        int,
        Field(ge=0, description="Wells without a usable reading: overflow, missed, below range, over range, masked."),
    ]
    excluded_count: Annotated[int, Field(ge=0, description="Wells that exclusions.csv names.")]
    blank_count: Annotated[int, Field(ge=0, description="Usable blanks; those flagged blank_not_blank are not.")]
    blank_mean: Annotated[float | None, Field(description="Mean of the usable blanks.")]
    blank_cv_percent: Annotated[
        float | None, Unit("%"), Field(ge=0, description="SD within groups of blanks over their mean; null below two.")
    ]
    replicate_group_count: Annotated[
        int, Field(ge=0, description="Samples and controls with two or more usable wells.")
    ]
    replicate_cv_percent: Annotated[
        float | None, Unit("%"), Field(ge=0, description="Median over those of SD / mean, blank not subtracted.")
    ]
    z_prime: Annotated[
        float | None,
        Field(
            le=1,
            description="1 - 3 (SD high + SD low) / |mean high - mean low|; above 0.5 the two are far apart "
            "(Zhang 1999, doi:10.1177/108705719900400206).",
        ),
    ]
    z_prime_high: Annotated[
        str | None, Field(description="Control with the highest mean: the reference condition, a control, or blank.")
    ]
    z_prime_low: Annotated[str | None, Field(description="Control with the lowest mean.")]
    edge_effect_percent: Annotated[
        float | None,
        Unit("%"),
        Field(
            description="How much higher wells of the outer rows and columns read than inner wells of the same sample."
        ),
    ]
    edge_pvalue: Annotated[
        float | None, Field(ge=0, le=1, description="Two-sided t-test of the edge effect, sample held constant.")
    ]
    edge_well_count: Annotated[
        int, Field(ge=0, description="Outer wells compared: those of samples that have inner wells too.")
    ]
    outlier_count: Annotated[int, Field(ge=0, description="Wells in result.well_outliers.")]
    na_reason: Annotated[
        str | None,
        Field(
            description="Why numbers are null, semicolon list: no_layout, no_blanks, no_replicates, no_controls, "
            "edge_confounded (no sample has outer and inner wells)."
        ),
    ]
