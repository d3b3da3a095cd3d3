"""Compensation of acquisitions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import ObjectId, RunId, StudyId, Table
from schemas.tables.flow_populations import DataSet
from schemas.vocabulary import NaReason


class FlowCompensation(
    Table,
    name="result.flow_compensations",
    replace_by=("study_id", "run_id"),
    key=("study_id", "object_id", "data_set"),
):
    """The spillover matrix that counts for one acquisition, and where it is from.

    A matrix file that the study names goes before the acquisition's own keyword, and that before single stains of the
    same panel and run; a keyword that compensates nothing (identity) counts as none when there are single stains.
    """

    study_id: StudyId
    run_id: RunId
    object_id: ObjectId
    data_set: DataSet
    source: Annotated[
        Literal["matrix_file", "keyword", "single_stains", "none"], Field(description="Where the matrix is from.")
    ]
    compensation: Annotated[
        str | None, Field(description="The matrix's file, keyword, or the single stains it is from; null without one.")
    ]
    spillover: Annotated[
        str | None,
        Field(description="JSON: channels (columns of core.flow_events) and matrix, stains by detectors; null: none."),
    ]
    flag: Annotated[
        str | None,
        Field(description="compensation_missing: several stains and no matrix; compensation_identity: one that does "
              "nothing; null when good."),
    ]  # fmt: skip
    na_reason: NaReason
