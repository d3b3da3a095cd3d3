"""Quality of count matrices: samples, principal components, distances."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, RunId, StudyId, Table, Unit
from schemas.vocabulary import Library

SampleId = Annotated[str, References("core.samples.sample_id"), Field(description="Culture.")]
LibraryOf = Annotated[Library, Field(description="Count matrix.")]


class ExpressionQuality(
    Table,
    name="result.expression_quality",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "sample_id"),
):
    """One sample of one library: its reads, its place among the others, and hints that it is not what it is called."""

    study_id: StudyId
    run_id: RunId
    library: LibraryOf
    sample_id: SampleId
    fit: Annotated[
        str | None,
        Field(
            description="Fit whose size factors and stabilised counts are used, the one over most samples; null where "
            "no fit could be made: log2 counts per million are used instead."
        ),
    ]
    library_size: Annotated[float, Unit("reads"), Field(ge=0, description="Reads in all features.")]
    detected_count: Annotated[int, Field(ge=0, description="Features with a read.")]
    size_factor: Annotated[
        float | None, Field(gt=0, description="Size factor in the fit; null where the sample is in none.")
    ]
    top_feature_id: Annotated[str | None, Field(description="Feature with most reads; null without reads.")]
    top_symbol: Annotated[str | None, Field(description="Its symbol.")]
    top_feature_percent: Annotated[float | None, Unit("%"), Field(ge=0, le=100, description="Its share of the reads.")]
    mitochondrial_percent: Annotated[
        float | None,
        Unit("%"),
        Field(ge=0, le=100, description="Share of genes of the mitochondrial genome (MT-…); null where none is named."),
    ]
    ribosomal_percent: Annotated[
        float | None,
        Unit("%"),
        Field(ge=0, le=100, description="Share of genes of ribosomal proteins (RPL…, RPS…); null where none is named."),
    ]
    pc1: Annotated[float | None, Field(description="Coordinate on the first principal component.")]
    pc2: Annotated[float | None, Field(description="Coordinate on the second.")]
    pc3: Annotated[float | None, Field(description="Coordinate on the third.")]
    pc4: Annotated[float | None, Field(description="Coordinate on the fourth.")]
    sample_group: Annotated[
        str, Field(description="Level that the contrasts compare: the condition, or another column's.")
    ]
    own_group_distance: Annotated[
        float | None,
        Field(
            ge=0,
            description="Median distance to the other samples of its group over the 500 most variable features, "
            "effects of blocking columns removed, of two in the middle the smaller; null for the only one.",
        ),
    ]
    nearest_group: Annotated[str | None, Field(description="Other group whose samples are nearest, by that distance.")]
    nearest_group_distance: Annotated[float | None, Field(ge=0, description="Median distance to its samples.")]
    outlier_sample_hint: Annotated[
        str | None,
        Field(
            description="Why the sample may be an outlier: its own_group_distance is 3 scaled median absolute "
            "deviations above the median sample's and twice as large (Leys 2013, doi:10.1016/j.jesp.2013.03.013)."
        ),
    ]
    swap_hint: Annotated[
        str | None, Field(description="Why it may bear another's label: it lies in another group, not in its own.")
    ]
    na_reason: Annotated[
        str | None,
        Field(
            description="Why numbers are null, semicolon list: no_reads, not_in_fit (its sheet row lacks a column of "
            "the design), single_sample, only_one_of_group, no_other_group."
        ),
    ]


class ExpressionComponent(
    Table,
    name="result.expression_components",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "component"),
):
    """One principal component of one library's samples, over its 500 most variable features."""

    study_id: StudyId
    run_id: RunId
    library: LibraryOf
    component: Annotated[int, Field(ge=1, description="1 explains most.")]
    explained_percent: Annotated[
        float, Unit("%"), Field(ge=0, le=100, description="Share of the variance of those features.")
    ]
    scale: Annotated[
        Literal["vst", "log2_cpm"],
        Field(description="vst: variance-stabilised counts of DESeq2's fit; log2_cpm where there is none."),
    ]
    sample_count: Annotated[int, Field(ge=2, description="Samples.")]
    feature_count: Annotated[int, Field(ge=1, description="Features.")]


class SampleDistance(
    Table,
    name="result.sample_distances",
    replace_by=("study_id", "run_id"),
    key=("study_id", "library", "sample_a", "sample_b"),
):
    """Two samples of one library: how far apart they are over all features, on the components' scale."""

    study_id: StudyId
    run_id: RunId
    library: LibraryOf
    sample_a: Annotated[str, References("core.samples.sample_id"), Field(description="One culture.")]
    sample_b: Annotated[
        str, References("core.samples.sample_id"), Field(description="The other, later in alphabetical order.")
    ]
    distance: Annotated[float, Unit("log2"), Field(ge=0, description="Euclidean distance.")]
    correlation: Annotated[
        float | None, Field(ge=-1, le=1, description="Pearson correlation; null where a sample does not vary.")
    ]
