"""Standard curves by qPCR."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, RunId, StudyId, Table, Unit
from schemas.vocabulary import NaReason


class QpcrStandardCurve(
    Table,
    name="result.qpcr_standard_curves",
    replace_by=("study_id", "run_id"),
    key=("study_id", "object_id", "plate", "target"),
):
    """Line of Cq on log10 quantity for one target's dilution series on one plate, and the efficiency it tells."""

    study_id: StudyId
    run_id: RunId
    object_id: ObjectId
    plate: Annotated[str, Field(description="Plate or run that holds the standards.")]
    target: Annotated[str, Field(description="Gene or miRNA.")]
    slope: Annotated[float | None, Unit("cycle"), Field(description="Cycles per tenfold quantity; -3.32 is doubling.")]
    intercept: Annotated[float | None, Unit("cycle"), Field(description="Cq at quantity 1.")]
    r_squared: Annotated[float | None, Field(ge=0, le=1, description="R² of the line over wells.")]
    amplification_factor: Annotated[
        float | None, Field(gt=0, description="Copies made per cycle, 10^(-1/slope); 2 is doubling.")
    ]
    efficiency_percent: Annotated[float | None, Unit("%"), Field(description="100 (factor - 1).")]
    level_count: Annotated[int, Field(ge=0, description="Different quantities with a Cq.")]
    well_count: Annotated[int, Field(ge=0, description="Wells of the fit.")]
    undetermined_count: Annotated[int, Field(ge=0, description="Standard wells in which nothing amplified.")]
    min_quantity: Annotated[float | None, Field(ge=0, description="Lowest quantity of the fit.")]
    max_quantity: Annotated[float | None, Field(ge=0, description="Highest quantity of the fit.")]
    is_usable: Annotated[bool, Field(description="Whether `qpcr.method: pfaffl` may take the efficiency.")]
    flag: Annotated[
        str | None,
        Field(description="efficiency_out_of_range (not 90 to 110 %), low_r_squared (< 0.98); null when good."),
    ]
    na_reason: NaReason
