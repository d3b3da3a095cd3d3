"""What the genes of named lists are in a study."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table


class GeneListGene(
    Table,
    name="result.gene_list_genes",
    replace_by=("study_id", "run_id"),
    key=("study_id", "contrast_id", "gene_list", "symbol", "gene"),
    sort_by=("contrast_id", "gene_list", "symbol", "gene"),
):
    """One gene of a named list: the study's gene that it means, how that changed, or why it is not counted.

    A list that is left out has no rows; `ops.analysis_runs` says why (`background_missing` above all).
    """

    study_id: StudyId
    run_id: RunId
    contrast_id: Annotated[
        str | None,
        References("core.contrasts.contrast_id"),
        Field(description="Contrast; null for the list against a background that no contrast makes."),
    ]
    gene_list: Annotated[str, Field(description="List as study.yaml calls it.")]
    symbol: Annotated[str, Field(description="Gene as the list's file writes it.")]
    gene: Annotated[
        str | None, Field(description="Gene as lists and terms of the study have it; null where it means none.")
    ]
    direction: Annotated[
        Literal["up", "down", "ns"] | None,
        Field(description="Change in the contrast; null without contrast, and where it was not tested."),
    ]
    na_reason: Annotated[
        str | None,
        Field(
            description="Why it is not counted: `not_in_study`, `not_in_background` (not tested, not in the file of "
            "the background, or in no gene set where the background is annotated); null where it is."
        ),
    ]
