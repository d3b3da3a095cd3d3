"""Files of gates that studies name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table


class GateFile(Table, name="core.gate_files", key=("study_id", "file_name")):
    """The gates of a study (study.yaml `flow.gating`): GatingML 2.0 or a FlowJo workspace, as it lies on disk."""

    study_id: StudyId
    file_name: Annotated[str, Field(description="Path in the study's folder.")]
    sha256: Annotated[str, Field(description="Hash of the file's bytes.", pattern=r"^[0-9a-f]{64}$")]
    content: Annotated[bytes, Field(description="The XML as it stands.")]
