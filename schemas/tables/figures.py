"""Figures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import RunId, StudyId, Table, Unit


class Figure(
    Table,
    name="result.figures",
    replace_by=("study_id", "run_id"),
    key=("study_id", "figure", "part"),
):
    """One picture of a study: its SVG, its PNG and the numbers drawn lie in the study's folder of figures."""

    study_id: StudyId
    run_id: RunId
    figure: Annotated[str, Field(description="Kind of figure, e.g. volcano.")]
    part: Annotated[str, Field(description="What it shows, unique within the kind.")]
    stem: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
            description="Name of its files without .svg, .png (300 dpi) and .csv (the numbers drawn).",
        ),
    ]
    title: Annotated[str, Field(description="Title in plain words.")]
    caption: Annotated[str, Field(description="Legend: what is drawn, n, statistics and thresholds.")]
    alt: Annotated[str, Field(description="What there is to see, for readers who cannot see it.")]
    width_mm: Annotated[float, Unit("mm"), Field(gt=0, description="Width in print.")]
    height_mm: Annotated[float, Unit("mm"), Field(gt=0, description="Height in print.")]
    source_row_count: Annotated[int, Field(ge=0, description="Rows of the .csv, one per mark.")]
    object_key: Annotated[
        str,
        Field(
            pattern=r"^derived/[0-9a-f]{64}$",
            description="Folder of the three files in the home's objects; its name is the sha256 of their bytes.",
        ),
    ]
