"""Histograms of p-values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table
from schemas.vocabulary import Library


class PvalueBin(
    Table,
    name="result.pvalue_histograms",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "library", "method", "bin_start"),
):
    """One bin of the p-values of one contrast, library and method, with what the whole histogram says."""

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[str, References("core.contrasts.contrast_id"), Field(description="Contrast.")]
    library: Annotated[Library, Field(description="Count matrix.")]
    method: Annotated[str, Field(description="Method of differential expression.")]
    bin_start: Annotated[float, Field(ge=0, lt=1, description="Smallest p-value of the bin, which is 0.05 wide.")]
    bin_end: Annotated[float, Field(gt=0, le=1, description="Its upper end; the last bin holds 1.")]
    count: Annotated[
        int, Field(ge=0, description="P-values of features with more than one normalised read on average.")
    ]
    pvalue_count: Annotated[int, Field(ge=0, description="P-values in all bins.")]
    pi0: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description="Estimated share of features that do not change (Storey 2002, doi:10.1111/1467-9868.00346); "
            "null for fewer than 100 p-values.",
        ),
    ]
    verdict: Annotated[
        Literal["anti_conservative", "uniform", "conservative", "u_shaped", "humped", "too_few"],
        Field(
            description="Shape: many small p-values (signal), flat (none), few small ones (tests too cautious or a "
            "hidden factor), peaks at both ends, a hill between, or too few p-values to tell."
        ),
    ]
    advice: Annotated[str, Field(description="What the shape means, in a sentence.")]
