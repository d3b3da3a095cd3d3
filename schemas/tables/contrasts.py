"""Contrasts of differential expression."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import StudyId, Table


class Contrast(Table, name="core.contrasts", key=("study_id", "contrast_id")):
    """One contrast: target against reference; a positive fold change is higher in the target."""

    study_id: StudyId
    contrast_id: Annotated[str, Field(description="Name of the contrast.")]
    variable: Annotated[str, Field(description="Column of samples.csv whose levels are compared.")]
    reference: Annotated[str, Field(description="Level compared against.")]
    target: Annotated[str, Field(description="Level of interest.")]
    blocking: Annotated[str, Field(description="Columns held constant, semicolon list; `none` for independent groups.")]
    test: Annotated[str | None, Field(description="`wald`: the two levels; `lrt`: all levels of the variable at once.")]
    interaction: Annotated[
        str | None,
        Field(
            description="`column:first>second`: the difference at the second level less that at the first; else null."
        ),
    ]
    random: Annotated[str | None, Field(description="Column of the random effect, null for none.")]
    excluded_samples: Annotated[str, Field(description="Samples left out of this contrast, semicolon list.")]
    problem: Annotated[str | None, Field(description="Why the contrast cannot run; null when it can.")]
