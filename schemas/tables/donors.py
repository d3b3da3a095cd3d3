"""Donors of a study, as pseudonyms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table


class Donor(Table, name="core.donors", key=("study_id", "donor_id")):
    """One donor, as a pseudonym."""

    study_id: StudyId
    donor_id: Annotated[str, Field(description="Pseudonym; never a name.")]
    kind: Annotated[str | None, Field(description="What was donated: urine, nucleus pulposus, …")]
    sex: Annotated[str | None, Field(description="Sex as recorded (f, m).")]
    pfirrmann: Annotated[str | None, Field(description="Pfirrmann grade of disc degeneration on MRI.")]
    consent_ref: Annotated[str | None, Field(description="Reference of the consent form.")]
    attributes: Annotated[str, Field(description="Further columns of donors.csv, as JSON.")]
