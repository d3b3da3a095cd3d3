"""Registered studies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Table


class Study(Table, name="core.studies", key=("study_id",)):
    """One registered study."""

    study_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="Short name from study.yaml.")]
    path: Annotated[str, Field(description="Absolute folder of the study.")]
    title: Annotated[str, Field(description="Title from study.yaml.")]
    organism: Annotated[str, Field(description="Species, Latin name.")]
    is_simulated: Annotated[bool, Field(description="Made by `benchlake demo`: no real measurement.")]
    manifest: Annotated[str, Field(description="study.yaml with its defaults filled in, as JSON.")]
    registered_at: Annotated[datetime, Field(description="When the study was first registered, UTC.")]
