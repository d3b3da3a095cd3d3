"""Plate-reader wells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import SampleRef, TimeH


class PlateWell(
    Table,
    name="core.plate_wells",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "plate", "well", "time_h", "measure", "wavelength_nm"),
):
    """One reading of one well of a plate reader."""

    study_id: StudyId
    object_id: ObjectId
    plate: Annotated[str, Field(description="Plate, as the file or files.csv names it.")]
    plate_is_explicit: Annotated[
        bool, Field(description="A barcode or files.csv names the plate, so that it is the same plate in other files.")
    ]
    assay: Annotated[str, Field(description="Assay of files.csv.")]
    well: Annotated[str, Field(pattern=r"^[A-Z]{1,2}[0-9]{2}$", description="Row letter and two-digit column.")]
    time_h: TimeH
    measure: Annotated[
        str, Field(description="Name of the read: absorbance, fluorescence, or the reader's label for it.")
    ]
    wavelength_nm: Annotated[
        float | None, Unit("nm"), Field(gt=0, description="Wavelength read; null when the file names none.")
    ]
    sample_name: Annotated[str | None, Field(description="Sample as the layout or file names it.")]
    sample_id: SampleRef
    role: Annotated[
        Literal["sample", "blank", "control", "empty"] | None,
        Field(description="What the layout says the well holds; null without a layout."),
    ]
    blank_for: Annotated[
        str | None, Field(description="Samples or group this blank belongs to; null for the whole plate.")
    ]
    value: Annotated[float | None, Field(description="Reading; null when flagged as overflow or missed.")]
    unit: Annotated[
        str, Field(description="Unit of the value: OD, RFU, RLU; AU where neither file nor files.csv says it.")
    ]
    flag: Annotated[
        str | None,
        Field(
            description="Null when good. Without a value: overflow (above the detector's range), below_range, missed "
            "(not read, or the reader failed). With a value: over_range (OD above 3), masked (by the analyst at the "
            "reader), blank_not_blank, empty_not_empty."
        ),
    ]
