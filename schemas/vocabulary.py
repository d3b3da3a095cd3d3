"""Words and columns that many tables share, declared once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import References, Unit

Assay = Literal[
    "cell_viability",
    "senescence",
    "flow_cytometry",
    "western_blot",
    "qpcr",
    "particle_size",
    "cell_counts",
    "image",
    "expression_counts",
    "reads",
    "nucleic_acid_qc",
    "mirna_targets",
    "gene_sets",
    "mirna_names",
    "gene_aliases",
    "gene_lists",
]
REFERENCE_TABLES: tuple[Assay, ...] = (
    "mirna_targets",
    "gene_sets",
    "mirna_names",
    "gene_aliases",
    "gene_lists",
)  # files that study.yaml names
EvidenceTier = Literal["validated", "high_throughput", "predicted", "unstated"]  # strongest first
SiteType = Literal["8mer", "7mer-m8", "7mer-A1", "6mer"]  # strongest first
RnaClass = Literal["mrna", "lncrna", "mirna", "circrna", "other"]
Library = Literal["gene", "mirna", "circrna"]
Scale = Literal["raw", "log2", "logit"]
TestRole = Literal["primary", "as_published", "sensitivity", "including_excluded"]
PutBack = Annotated[
    str | None,
    Field(description="What exclusions.csv leaves out and this row has back, `; ` between; null in other roles."),
]

SampleRef = Annotated[
    str | None,
    References("core.samples.sample_id"),
    Field(description="Sample (samples.csv); null when the file's name for it is not known there."),
]
MaterialRef = Annotated[
    str | None,
    References("core.materials.material_id"),
    Field(description="Material (materials.csv) that the row is about; null for cultures, never in group tests."),
]
SampleName = Annotated[str | None, Field(description="Sample or material as the file, files.csv or layout names it.")]
MeasuredOn = Annotated[
    str | None,
    Field(description="When it was measured, ISO, on the instrument's own clock; null when the file does not say."),
]
DonorRef = Annotated[
    str, Field(description="Donor (pseudonym) that the cells came from; empty where samples.csv names none.")
]
Experiment = Annotated[str, Field(description="Experiment of samples.csv; `main` where the column is empty.")]
ComparisonRef = Annotated[
    str, References("core.comparisons.comparison_id"), Field(description="Family of group tests (comparisons.csv).")
]
Target = Annotated[str, Field(description="Gene, protein or marker; empty where the measure has none.")]
Measure = Annotated[str, Field(description="Quantity measured: viability, expression, protein, percent_positive, …")]
TimeH = Annotated[
    float | None, Unit("h"), Field(ge=0, description="Hours since treatment; null when the study names none.")
]
IsExcluded = Annotated[bool, Field(description="Named in exclusions.csv: kept here, left out of group tests.")]
NaReason = Annotated[str | None, Field(description="Why the value is null; null when there is a value.")]
