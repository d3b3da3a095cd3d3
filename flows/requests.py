"""What people ask of a flow: the run form of the Prefect UI and the command line fill the same model."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class StudyRequest(BaseModel):
    """One study to work on, and how strictly."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Study request")

    study: str = Field(
        title="Study",
        min_length=1,
        description="Registered study_id, or the folder that holds the study's study.yaml.",
        examples=["ivdd_usc_exosomes", "studies/ivdd"],
    )
    home: Path | None = Field(
        default=None,
        title="Home",
        description="Folder of warehouse, raw objects and reports; empty: the home of the serving process.",
    )
    strict: bool = Field(
        default=False,
        title="Strict",
        description="Fail the run when a file was quarantined; otherwise quarantined files are only reported.",
    )
    move: bool = Field(
        default=False,
        title="Study was moved",
        description="Accept that a registered study now lies in another folder.",
    )

    @property
    def study_name(self) -> str:
        """The study's short name for titles of runs: the id, or the folder's own name."""
        return Path(self.study).resolve().name or self.study

    @property
    def at(self) -> str:
        """The home as steps take it: empty for the one of ``BENCHLAKE_HOME``."""
        return str(self.home) if self.home else ""
