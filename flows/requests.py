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
        description=(
            "Which study: its study_id, as the schedules of the nightly deployment and benchlake status name it, "
            "or the folder that holds its study.yaml."
        ),
        examples=["ivdd_usc_exosomes", "studies/ivdd"],
    )
    home: Path | None = Field(
        default=None,
        title="Home",
        description="Where the results lie. Leave it empty: they belong where this server keeps them.",
    )
    strict: bool = Field(
        default=False,
        title="Strict",
        description="Count the run as failed when a file could not be read; otherwise it is only reported.",
    )
    move: bool = Field(
        default=False,
        title="Study was moved",
        description="Tick it once after the study's folder was moved to another place.",
    )

    @property
    def study_name(self) -> str:
        """The study's short name for titles of runs: the id, or the folder's own name."""
        return Path(self.study).resolve().name or self.study

    @property
    def at(self) -> str:
        """The home as steps take it: empty for the one of ``BENCHLAKE_HOME``."""
        return str(self.home) if self.home else ""
