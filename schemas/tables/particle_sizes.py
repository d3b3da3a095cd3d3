"""Size distributions of particles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table, Unit
from schemas.vocabulary import MaterialRef, SampleName, SampleRef, TimeH


class ParticleSizeBin(
    Table,
    name="core.particle_sizes",
    replace_by=("study_id", "object_id"),
    key=("study_id", "object_id", "capture", "size_nm"),
):
    """One size bin of one capture of a particle tracker."""

    study_id: StudyId
    object_id: ObjectId
    capture: Annotated[str, Field(description="Capture (video), as the file names it.")]
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    size_nm: Annotated[float, Unit("nm"), Field(gt=0, description="Centre of the bin, hydrodynamic diameter.")]
    concentration_per_ml: Annotated[
        float | None,
        Unit("1/mL"),
        Field(ge=0, description="Particles of this bin in the undiluted sample; null while the dilution is not known."),
    ]
    printed_concentration_per_ml: Annotated[
        float, Unit("1/mL"), Field(ge=0, description="The same as the file prints it, whatever its dilution.")
    ]
