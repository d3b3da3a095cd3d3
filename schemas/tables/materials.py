"""Preparations that treat or characterise cells."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table


class Material(Table, name="core.materials", key=("study_id", "material_id")):
    """One preparation: exosomes, a USC culture, a compound."""

    study_id: StudyId
    material_id: Annotated[str, Field(description="Name of the preparation, unique in the study.")]
    kind: Annotated[str | None, Field(description="exosome, usc_culture, compound, …")]
    donor_id: Annotated[str | None, Field(description="Donor it was made from.")]
    passage: Annotated[str | None, Field(description="Passage of the producing cells.")]
    lot: Annotated[str | None, Field(description="Lot.")]
    dose: Annotated[str | None, Field(description="Dose with its unit.")]
    attributes: Annotated[str, Field(description="Further columns of materials.csv, as JSON.")]
