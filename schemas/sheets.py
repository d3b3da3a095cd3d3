"""Rows of the sheets of a study, and layouts of plates and gels."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from schemas.sheet_model import SheetModel
from schemas.vocabulary import Assay

_INTERACTION = re.compile(r"\s*(?P<column>[^:>]*[^:>\s])\s*:\s*(?P<first>[^>]*[^>\s])\s*>\s*(?P<second>[^>]*[^>\s])\s*")

SAMPLE_COLUMNS = (
    "sample",
    "condition",
    "donor",
    "replicate",
    "experiment",
    "culture_date",
    "passage",
    "material",
    "batch",
    "fastq_1",
    "fastq_2",
    "strandedness",
)


class SampleRow(SheetModel):
    """A row of samples.csv: one independently treated culture."""

    sample: Annotated[str, Field(min_length=1)]
    condition: Annotated[str, Field(min_length=1)]
    donor: str = ""
    replicate: str = ""
    experiment: str = "main"
    culture_date: str | None = None
    passage: str | None = None
    material: str | None = None
    batch: str | None = None
    fastq_1: str | None = None
    fastq_2: str | None = None
    strandedness: Literal["unstranded", "forward", "reverse", "auto"] | None = None
    attributes: dict[str, str] = Field(
        default_factory=dict, description="Further columns, usable as variable or blocking."
    )
    line: int = Field(default=0, description="Line in samples.csv.")

    def level(self, column: str) -> str | None:
        """The cell of a column of samples.csv, empty where it is; null when there is no such column."""
        if column in self.attributes:
            return self.attributes[column]
        return (getattr(self, column) or "") if column in SAMPLE_COLUMNS else None


class ContrastRow(SheetModel):
    """A row of contrasts.csv."""

    id: Annotated[str, Field(min_length=1)]
    variable: str = "condition"
    reference: str
    target: str
    blocking: list[str] = Field(default_factory=list, description="Columns held constant; empty for `none`.")
    test: Literal["wald", "lrt"] = Field(default="wald", description="The two levels, or the factor as a whole.")
    interaction: str = Field(default="", description="`column:first>second`; empty for the plain difference.")
    random: str = Field(default="", description="Column whose samples are alike, as a random effect; empty for none.")
    excluded_samples: list[str] = Field(default_factory=list, description="Samples that exclude_samples_* name.")
    line: int = 0
    problem: str | None = Field(default=None, description="Why it cannot run.")

    @property
    def between(self) -> tuple[str, str, str] | None:
        """Column, first and second level of the interaction; null where there is none or it is written otherwise."""
        found = _INTERACTION.fullmatch(self.interaction)
        return (found["column"], found["first"], found["second"]) if found else None


class ComparisonRow(SheetModel):
    """A row of comparisons.csv, or the default family."""

    id: Annotated[str, Field(min_length=1)]
    assays: list[str] = Field(default=["*"])
    experiment: str = "*"
    conditions: list[str] = Field(default=["*"])
    pairs: list[str] = Field(default=["all"], description="[`all`], [`reference`] or `a>b` pairs.")
    time_h: float | None = None
    line: int = 0
    problem: str | None = None


class FileRow(SheetModel):
    """A row of files.csv: what a file's content cannot tell."""

    file: Annotated[str, Field(min_length=1)]
    assay: Assay | None = None
    sample: str | None = None
    layout: str | None = None
    time_h: float | None = Field(default=None, ge=0)
    plate: str | None = None
    rna_class: Literal["mrna", "lncrna", "mirna", "circrna", "other"] | None = None
    target: str | None = None
    target_role: str | None = None
    membrane: str | None = None
    control: str | None = None
    marker: str | None = None
    panel: str | None = None
    run: str | None = None
    strandedness: Literal["unstranded", "forward", "reverse"] | None = None
    attributes: dict[str, str] = Field(default_factory=dict, description="Further columns.")
    line: int = 0
    problem: str | None = Field(default=None, description="Why the file cannot be read as the row says.")


class LayoutWell(SheetModel):
    """One well of a layout."""

    well: Annotated[str, Field(pattern=r"^[A-Z]{1,2}[0-9]{2}$")]
    sample: str | None = None
    role: Literal["sample", "blank", "control", "empty"] = "sample"
    time_h: float | None = Field(default=None, ge=0)
    target: str | None = None
    blank_for: str | None = None
    line: int = 0


class LayoutLane(SheetModel):
    """One lane of a blot's layout."""

    lane: int = Field(ge=1)
    sample: str | None = None
    role: str = "sample"
    line: int = 0


class Layout(SheetModel):
    """A file of layouts/: wells of a plate or lanes of a gel."""

    name: str
    wells: tuple[LayoutWell, ...] = ()
    lanes: tuple[LayoutLane, ...] = ()
    sha256: str = ""
    problem: str | None = Field(default=None, description="Why files that use it are quarantined.")

    @property
    def samples(self) -> set[str]:
        """The samples that wells and lanes name."""
        return {s for s in (*(w.sample for w in self.wells), *(lane.sample for lane in self.lanes)) if s}


class DonorRow(SheetModel):
    """A row of donors.csv."""

    donor: Annotated[str, Field(min_length=1)]
    kind: str | None = None
    sex: str | None = None
    pfirrmann: str | None = None
    consent_ref: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    line: int = 0


class MaterialRow(SheetModel):
    """A row of materials.csv."""

    material: Annotated[str, Field(min_length=1)]
    kind: str | None = None
    donor: str | None = None
    passage: str | None = None
    lot: str | None = None
    dose: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    line: int = 0


class ExclusionRow(SheetModel):
    """A row of exclusions.csv."""

    file: str | None = None
    well: str | None = None
    sample: str | None = None
    reason: Annotated[str, Field(min_length=1)]
    line: int = 0
