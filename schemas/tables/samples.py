"""Cultures of a study."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, StudyId, Table
from schemas.vocabulary import DonorRef, Experiment


class Sample(Table, name="core.samples", key=("study_id", "sample_id")):
    """One independently treated culture (a row of samples.csv): the biological unit."""

    study_id: StudyId
    sample_id: Annotated[str, Field(description="Name of the culture, unique in the study.")]
    condition: Annotated[str, Field(description="Condition id of study.yaml.")]
    condition_order: Annotated[int, Field(ge=0, description="Display order of the condition; 0 is the reference.")]
    donor_id: DonorRef
    replicate: Annotated[str, Field(description="Replicate label.")]
    experiment: Experiment
    culture_date: Annotated[str | None, Field(description="ISO date the culture was set up.")]
    passage: Annotated[str | None, Field(description="Passage of the cells.")]
    batch: Annotated[str | None, Field(description="Batch label.")]
    material_id: Annotated[
        str | None,
        References("core.materials.material_id"),
        Field(description="Material the culture was treated with (materials.csv)."),
    ]
    attributes: Annotated[str, Field(description="Further columns of samples.csv, as JSON.")]
