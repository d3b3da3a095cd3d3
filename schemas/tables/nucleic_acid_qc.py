"""Quality and amount of nucleic acids."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import MaterialRef, MeasuredOn, SampleName, SampleRef, TimeH


class NucleicAcidReading(
    Table,
    name="core.nucleic_acid_qc",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "reading"),
):
    """One reading of one tube or well by a fluorometer, spectrophotometer or electrophoresis instrument."""

    study_id: StudyId
    object_id: ObjectId
    reading: Annotated[int, Field(ge=1, description="Row or well of the file, 1, 2, …")]
    instrument: Annotated[str, Field(description="Qubit, NanoDrop or TapeStation.")]
    well: Annotated[str | None, Field(description="Well or tape lane as printed; null for tubes.")]
    role: Annotated[Literal["sample", "ladder", "blank"], Field(description="What was measured.")]
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    nucleic_acid: Annotated[str | None, Field(description="RNA, dsDNA, ssDNA; null when the file does not say.")]
    concentration_ng_per_ul: Annotated[
        float | None, Unit("ng/µL"), Field(description="Concentration of the original sample; below 0 is blank drift.")
    ]
    ratio_260_280: Annotated[float | None, Field(description="A260/A280: protein or phenol lower it.")]
    ratio_260_230: Annotated[float | None, Field(description="A260/A230: guanidine or phenol lower it.")]
    rin: Annotated[float | None, Field(ge=0, le=10, description="RNA integrity number (RIN or RINe); DIN for DNA.")]
    ratio_28s_18s: Annotated[float | None, Field(ge=0, description="28S/18S by area.")]
    dilution: Annotated[float | None, Field(gt=0, description="Dilution that the concentration is corrected for.")]
    measured_on: MeasuredOn
    flag: Annotated[
        str | None,
        Field(
            description="low_rin, low_260_280, high_260_280, low_260_230, no_concentration, or the instrument's alert, "
            "joined by `;`; null when good."
        ),
    ]
