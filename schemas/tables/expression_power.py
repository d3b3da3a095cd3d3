"""What changes a design can show."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table, Unit
from schemas.vocabulary import Library, NaReason


class ExpressionPower(
    Table,
    name="result.expression_power",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "library"),
):
    """One contrast in one library: the fold change that its design shows in 80 % of typical features that have it."""

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    library: Annotated[Library, Field(description="Count matrix.")]
    fit: Annotated[str, Field(description="Design of the fit.")]
    reference_count: Annotated[int, Field(ge=0, description="Samples of the reference.")]
    target_count: Annotated[int, Field(ge=0, description="Samples of the target.")]
    is_blocked: Annotated[bool, Field(description="Whether a column (a donor, for one) is held constant.")]
    base_mean: Annotated[
        float | None,
        Unit("normalised reads"),
        Field(ge=0, description="Reads of a typical feature: the median over features tested."),
    ]
    dispersion: Annotated[
        float | None,
        Field(
            ge=0,
            description="Dispersion (squared biological coefficient of variation) of features with about so many "
            "reads, from the standard errors of the fit.",
        ),
    ]
    alpha: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            description="p-value that meets the study's FDR when 5 % of features change and 80 % of them are found "
            "(Jung 2005, doi:10.1093/bioinformatics/bti456).",
        ),
    ]
    detectable_fold_change: Annotated[
        float | None, Field(ge=1, description="Fold change found with 80 % power; null beyond 1,000-fold.")
    ]
    power_at_fold_change: Annotated[
        float | None, Field(ge=0, le=1, description="Power at the study's own fold change (study.yaml).")
    ]
    note: Annotated[str, Field(description="The same in a sentence.")]
    na_reason: NaReason
