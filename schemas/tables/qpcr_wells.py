"""qPCR wells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import SampleRef


class QpcrWell(
    Table,
    name="core.qpcr_wells",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "plate", "well", "target", "reading"),
):
    """One reading of one target in one well of one qPCR run."""

    study_id: StudyId
    object_id: ObjectId
    plate: Annotated[str, Field(description="Plate or run, as the file or files.csv names it.")]
    plate_is_explicit: Annotated[
        bool, Field(description="A barcode or files.csv names the plate, so that it is the same plate in other files.")
    ]
    well: Annotated[
        str,
        Field(
            pattern=r"^(?:[A-Z]{1,2}[0-9]{2})?$",
            description="Row letter and two-digit column; empty where a plain table of Cq names no wells.",
        ),
    ]
    reading: Annotated[int, Field(ge=1, description="1, 2, … where a file repeats a target in a well.")]
    sample_name: Annotated[str | None, Field(description="Sample as the file names it.")]
    sample_id: SampleRef
    target: Annotated[str, Field(description="Gene or miRNA as the file names it.")]
    task: Annotated[
        Literal["unknown", "ntc", "no_rt", "irc", "standard", "positive"], Field(description="Role of the well.")
    ]
    cq: Annotated[
        float | None,
        Unit("cycle"),
        Field(ge=0, le=60, description="Quantification cycle; null when nothing amplified."),
    ]
    quantity: Annotated[float | None, Field(ge=0, description="Quantity of a standard, in the file's own unit.")]
    flag: Annotated[
        str | None, Field(description="undetermined, omitted, or the instrument's own flags; null when good.")
    ]
