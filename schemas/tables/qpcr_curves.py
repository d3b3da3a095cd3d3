"""Curves of qPCR runs, as Parquet beside the database."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit

Plate = Annotated[str, Field(description="Plate or run, as in core.qpcr_wells.")]
Well = Annotated[str, Field(description="Row letter and two-digit column.")]
Target = Annotated[str, Field(description="Gene as the file names it; the dye where it names none.")]


class QpcrAmplification(
    Table,
    name="core.qpcr_amplification",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "plate", "well", "target", "cycle"),
    derived=True,
):
    """Fluorescence of one target in one well at one cycle."""

    study_id: StudyId
    object_id: ObjectId
    plate: Plate
    well: Well
    target: Target
    cycle: Annotated[int, Field(ge=0, description="Cycle of amplification.")]
    rn: Annotated[float | None, Field(description="Fluorescence, divided by the passive reference where there is one.")]
    delta_rn: Annotated[float | None, Field(description="Fluorescence less its baseline; null where not exported.")]


class QpcrMelt(
    Table,
    name="core.qpcr_melt",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "plate", "well", "target", "reading"),
    derived=True,
):
    """Fluorescence of one target in one well at one temperature of the melt curve."""

    study_id: StudyId
    object_id: ObjectId
    plate: Plate
    well: Well
    target: Target
    reading: Annotated[int, Field(ge=0, description="Number of the reading along the ramp.")]
    temperature_c: Annotated[float | None, Unit("°C"), Field(description="Temperature.")]
    fluorescence: Annotated[float | None, Field(description="Fluorescence in the instrument's unit.")]
    derivative: Annotated[float | None, Field(description="-dF/dT as the software exports it; null where it does not.")]
