"""Pictures."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import ObjectId, StudyId, Table
from schemas.vocabulary import MaterialRef, SampleName, SampleRef, TimeH


class Image(Table, name="core.images", replace_by=("study_id", "object_id"), key=("study_id", "object_id")):
    """One picture: blot, staining, TEM or phase contrast; the pixels stay in the raw object."""

    study_id: StudyId
    object_id: ObjectId
    assay: Annotated[str, Field(description="Assay of files.csv; `image` where it names none.")]
    sample_name: SampleName
    sample_id: SampleRef
    material_id: MaterialRef
    time_h: TimeH
    stain: Annotated[str | None, Field(description="Stain or target (`marker` or `target` of files.csv).")]
    membrane: Annotated[str | None, Field(description="Membrane that it shows (files.csv).")]
    format: Annotated[str, Field(description="TIFF, PNG or JPEG.")]
    width_px: Annotated[int, Field(ge=1, description="Width in pixels.")]
    height_px: Annotated[int, Field(ge=1, description="Height in pixels.")]
    channel_count: Annotated[int, Field(ge=1, description="Colour channels of a pixel.")]
    bit_depth: Annotated[int, Field(ge=1, description="Bits of a channel.")]
    page_count: Annotated[int, Field(ge=1, description="Pages of a multi-page TIFF.")]
    thumbnail: Annotated[
        bytes | None, Field(description="PNG of at most 256 pixels a side; grey values stretched where over 8 bits.")
    ]
