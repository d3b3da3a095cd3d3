"""A study on disk, as models: study.yaml and the rows of its sheets.

``tasks.methods.manifests`` reads the bytes of these files into a ``Study`` and reports every problem.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from schemas.errors import Problem
from schemas.vocabulary import Assay, Library, SiteType

_INTERACTION = re.compile(r"\s*(?P<column>[^:>]*[^:>\s])\s*:\s*(?P<first>[^>]*[^>\s])\s*>\s*(?P<second>[^>]*[^>\s])\s*")


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Files = Annotated[list[str], BeforeValidator(_one_or_several)]  # a single name needs no brackets


class _Sheet(BaseModel):
    # a condition or donor may be called 1; infinity is nobody's dose
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)


class Schedule(_Sheet):
    """When the nightly run starts."""

    cron: str = Field(default="0 2 * * *", description="Cron expression.")
    timezone: str = Field(default="UTC", description="IANA time zone of the cron expression.")


class Condition(_Sheet):
    """A treatment; the order in study.yaml is the display order, the first is the reference."""

    id: Annotated[str, Field(min_length=1, description="Id used in samples.csv.")]
    label: str = Field(default="", description="Label in figures; the id where empty.")
    factors: dict[str, float | str | bool] = Field(default_factory=dict, description="Dose by factor.")
    culture: str = Field(default="", description="Culture in words.")


class Expectation(_Sheet):
    """What the lab knows must happen; contradicted, it asks whether labels were swapped."""

    target: str
    condition: str
    against: str
    direction: Literal["up", "down"]


_Reads = Annotated[float, Field(ge=0)]


class Expression(_Sheet):
    """Differential expression."""

    methods: list[str] = Field(default=["deseq2", "limma_voom"], description="Methods to run.")
    primary: str = Field(default="deseq2", description="The method whose list counts.")
    fold_change: float = Field(default=2.0, ge=1, description="Linear fold change that a feature must exceed.")
    fdr: float = Field(default=0.05, gt=0, lt=1, description="Adjusted p-value that a feature must stay below.")
    threshold: Literal["filter", "test"] = Field(default="filter", description="Fold change as post-filter or tested.")
    min_count: _Reads | dict[Library, _Reads] | None = Field(
        default=None, description="Features with fewer reads in total are left out; a number, or one for each library."
    )
    source: dict[Library, str] = Field(
        default_factory=dict,
        description="Library to file or pipeline, where two compete; `merged` for circRNAs of several tools.",
    )
    size_factors: dict[Library, Literal["ratio", "poscounts", "linear", "tmm"]] = Field(default_factory=dict)
    shrinkage: Literal["none", "apeglm"] = Field(default="none", description="Shrinkage of the reported fold change.")
    robust: bool = Field(default=False, description="limma: hypervariable features do not shape the variance prior.")
    quality_weights: bool = Field(default=False, description="limma: samples far from the fit count less.")

    @field_validator("source")
    @classmethod
    def _only_circrnas_are_merged(cls, source: dict[Library, str]) -> dict[Library, str]:
        if wrong := [library for library, name in source.items() if name == "merged" and library != "circrna"]:
            raise ValueError(f"only circRNAs are merged; name a file or pipeline for {', '.join(wrong)}")
        return source

    def least_reads(self, library: str) -> float | None:
        """``min_count`` of a library; null where none is set."""
        if isinstance(self.min_count, dict):
            return next((reads for name, reads in self.min_count.items() if name == library), None)
        return self.min_count


class Qpcr(_Sheet):
    """Relative expression by qPCR."""

    reference_targets: list[str] = Field(default=["GAPDH"], min_length=1, description="Reference genes.")
    calibrator: str | None = Field(default=None, description="Condition; the first where empty.")
    method: Literal["ddcq", "pfaffl"] = Field(default="ddcq", description="2^-ΔΔCq or efficiency-corrected.")
    plate_size: Literal[96, 384] | None = Field(default=None, description="Wells; from the file, else 96.")


class RescuePair(_Sheet):
    """The two conditions that a rescue is measured between."""

    control: str | None = None
    disease: str | None = None


Omnibus = Literal[
    "one_way_anova", "randomised_block_anova", "welch_anova", "two_way_anova", "kruskal_wallis", "friedman"
]
PostHoc = Literal["bonferroni", "holm", "tukey", "dunnett", "games_howell", "dunn", "none"]
TwoGroups = Literal["auto", "student_t", "welch_t", "paired_t", "mann_whitney", "wilcoxon_signed_rank"]
_OTHER_NAMES = {
    "anova": "one_way_anova",
    "welch": "welch_anova",
    "two_way": "two_way_anova",
    "kruskal": "kruskal_wallis",
    "randomized_block_anova": "randomised_block_anova",
    "tukey_kramer": "tukey",
    "tukey_hsd": "tukey",
    "student": "student_t",
    "mann_whitney_u": "mann_whitney",
    "wilcoxon": "wilcoxon_signed_rank",
}


def _test_name(value: object) -> object:
    """The name of a test however it is written: Games-Howell, kruskal."""
    if not isinstance(value, str):
        return value
    name = re.sub(r"[^a-z]+", "_", value.strip().lower()).strip("_")
    return _OTHER_NAMES.get(name, name)


class Statistics(_Sheet):
    """Group tests at the bench."""

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    posthoc: Annotated[PostHoc, BeforeValidator(_test_name)] = Field(
        default="bonferroni", description="Pairwise comparisons of more than two groups."
    )
    omnibus: Annotated[Omnibus, BeforeValidator(_test_name)] = Field(
        default="one_way_anova", description="Test of more than two groups."
    )
    two_groups: Annotated[TwoGroups, BeforeValidator(_test_name)] = Field(
        default="auto", description="Test of two groups; `auto` takes the one that goes with omnibus."
    )
    sensitivity: list[Literal["paired_t", "ranks", "welch", "logit"]] = Field(
        default=["paired_t", "ranks", "logit"], description="Tests under other assumptions, beside the primary one."
    )
    design: Literal["auto", "independent", "blocked"] = Field(default="auto")
    time_design: Literal["auto", "repeated", "separate_plates"] = Field(default="auto")
    primary_time_h: float | None = Field(default=None, ge=0, description="Confirmatory time; the last where empty.")
    rescue: RescuePair = RescuePair()


class ViabilityOptions(_Sheet):
    """Viability from plate readers."""

    wavelength_nm: float = Field(default=450, gt=0)
    reference: str | None = Field(default=None, description="Condition that is 100 %; the first where empty.")
    scope: Literal["plate", "experiment"] = "plate"
    time: Literal["same", "first"] = "same"


class Apoptosis(_Sheet):
    """Channels of annexin V and PI; guessed from names where empty."""

    annexin: str | None = None
    pi: str | None = None


class Flow(_Sheet):
    """Flow cytometry."""

    gating: str | None = Field(default=None, description="GatingML 2.0 or FlowJo .wsp; built-in gates otherwise.")
    compensation: str | None = Field(default=None, description="Spillover matrix as a table; else the files' own.")
    apoptosis: Apoptosis = Apoptosis()


class Cerna(_Sheet):
    """ceRNA networks."""

    targets: Files = Field(default_factory=list, description="Tables of miRNA targets.")
    sequences: Files = Field(default_factory=list, description="FASTA of RNAs whose targets are to be predicted.")
    site_types: list[SiteType] = Field(
        default=["8mer", "7mer-m8", "7mer-A1"], min_length=1, description="Seed sites that predict a target."
    )
    candidates: Literal["de", "tested"] = "de"
    fdr: float = Field(default=0.05, gt=0, lt=1)
    compatibility: Literal["none", "gdcrnatools"] = "none"
    hubs: int = Field(default=10, ge=1)

    @field_validator("site_types")
    @classmethod
    def _strongest_first(cls, types: list[SiteType]) -> list[SiteType]:
        return [kind for kind in get_args(SiteType) if kind in types]


class GeneList(_Sheet):
    """A named gene list of the study."""

    genes: Annotated[str, Field(min_length=1, description="File of genes.")]
    background: str | None = Field(
        default=None, description="What the list was drawn from: `tested`, `annotated` or a file of genes."
    )

    @property
    def drawn_from(self) -> str | None:
        """``tested``, ``annotated`` or the name of a file; null where the list declares no background."""
        return (self.background or "").strip() or None

    @property
    def background_file(self) -> str | None:
        """The file of genes that the list was drawn from; null where that is no file."""
        return self.drawn_from if self.drawn_from not in ("tested", "annotated") else None


class GeneSetFile(_Sheet):
    """A file of gene sets; in study.yaml its name alone will do."""

    file: Annotated[str, Field(min_length=1)]
    version: str | None = Field(default=None, description="Release of the collection, where the file names none.")
    licence: str | None = Field(default=None, description="Licence of the collection, where the file names none.")

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: object) -> object:
        return {"file": value} if isinstance(value, str) else value


class Enrichment(_Sheet):
    """Enrichment of gene lists."""

    gene_sets: dict[str, GeneSetFile] = Field(default_factory=dict, description="File by name of the collection.")
    pvalue: float = Field(default=0.05, gt=0, lt=1)
    size: str = Field(
        default="10–500",
        description="Fewest and most genes of a set in the background, for it to be tested.",
    )
    methods: list[Literal["ora", "ease", "gsea"]] = Field(default=["ora"])
    background: Literal["tested", "annotated"] = Field(
        default="tested",
        description="Genes that lists of contrasts are compared with: all tested ones, or those in the collection.",
    )
    permutations: int = Field(default=10_000, ge=100, le=1_000_000, description="Random sets of each size, of gsea.")
    lists: dict[str, GeneList] = Field(default_factory=dict)

    @property
    def limits(self) -> tuple[int, int]:
        """Fewest and most genes of a set, whichever is written first."""
        few, many = sorted(int(part) for part in self.size.replace("–", "-").split("-"))
        return few, many


class Annotation(_Sheet):
    """Reference files: paths in the study folder or s3:// addresses."""

    features: str | None = None
    tx2gene: str | None = None
    genome: str | None = None
    gtf: str | None = None
    mirna_hairpin: str | None = None
    mirna_mature: str | None = Field(default=None, description="miRBase's mature.fa.")
    mirna_aliases: str | None = Field(default=None, description="miRBase's aliases.txt: names over its releases.")
    gene_aliases: str | None = Field(default=None, description="Table of alias and symbol.")


class StudyYaml(_Sheet):
    """study.yaml with its defaults."""

    study_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    title: str = ""
    organism: str = "Homo sapiens"
    genome: str = ""
    schedule: Schedule | None = None
    conditions: list[Condition] = Field(min_length=1)
    expectations: list[Expectation] = Field(default_factory=list)
    expression: Expression = Expression()
    qpcr: Qpcr = Qpcr()
    statistics: Statistics = Statistics()
    viability: ViabilityOptions = ViabilityOptions()
    flow: Flow = Flow()
    cerna: Cerna = Cerna()
    enrichment: Enrichment = Enrichment()
    annotation: Annotation = Annotation()
    is_simulated: bool = Field(default=False, description="Written by the simulator; no real measurement.")

    @property
    def condition_ids(self) -> list[str]:
        """Condition ids in display order."""
        return [c.id for c in self.conditions]

    @property
    def reference(self) -> str:
        """The first condition."""
        return self.conditions[0].id

    @model_validator(mode="after")
    def _conditions_are_unique(self) -> Self:
        ids = self.condition_ids
        if len(set(ids)) < len(ids):
            raise ValueError(f"duplicate condition ids: {sorted({i for i in ids if ids.count(i) > 1})}")
        return self


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


class SampleRow(_Sheet):
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


class ContrastRow(_Sheet):
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


class ComparisonRow(_Sheet):
    """A row of comparisons.csv, or the default family."""

    id: Annotated[str, Field(min_length=1)]
    assays: list[str] = Field(default=["*"])
    experiment: str = "*"
    conditions: list[str] = Field(default=["*"])
    pairs: list[str] = Field(default=["all"], description="[`all`], [`reference`] or `a>b` pairs.")
    time_h: float | None = None
    line: int = 0
    problem: str | None = None


class FileRow(_Sheet):
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


class LayoutWell(_Sheet):
    """One well of a layout."""

    well: Annotated[str, Field(pattern=r"^[A-Z]{1,2}[0-9]{2}$")]
    sample: str | None = None
    role: Literal["sample", "blank", "control", "empty"] = "sample"
    time_h: float | None = Field(default=None, ge=0)
    target: str | None = None
    blank_for: str | None = None
    line: int = 0


class LayoutLane(_Sheet):
    """One lane of a blot's layout."""

    lane: int = Field(ge=1)
    sample: str | None = None
    role: str = "sample"
    line: int = 0


class Layout(_Sheet):
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


class DonorRow(_Sheet):
    """A row of donors.csv."""

    donor: Annotated[str, Field(min_length=1)]
    kind: str | None = None
    sex: str | None = None
    pfirrmann: str | None = None
    consent_ref: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    line: int = 0


class MaterialRow(_Sheet):
    """A row of materials.csv."""

    material: Annotated[str, Field(min_length=1)]
    kind: str | None = None
    donor: str | None = None
    passage: str | None = None
    lot: str | None = None
    dose: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    line: int = 0


class ExclusionRow(_Sheet):
    """A row of exclusions.csv."""

    file: str | None = None
    well: str | None = None
    sample: str | None = None
    reason: Annotated[str, Field(min_length=1)]
    line: int = 0


class Study(_Sheet):
    """All manifests of a study, read and cross-checked."""

    config: StudyYaml
    samples: tuple[SampleRow, ...]
    contrasts: tuple[ContrastRow, ...] = ()
    comparisons: tuple[ComparisonRow, ...] = ()
    files: tuple[FileRow, ...] = ()
    layouts: dict[str, Layout] = Field(default_factory=dict)
    donors: tuple[DonorRow, ...] = ()
    materials: tuple[MaterialRow, ...] = ()
    exclusions: tuple[ExclusionRow, ...] = ()
    problems: tuple[Problem, ...] = Field(default=(), description="Local problems and warnings found in the sheets.")

    @property
    def study_id(self) -> str:
        """The study's short name."""
        return self.config.study_id

    @property
    def sample_ids(self) -> frozenset[str]:
        """Names of all cultures."""
        return frozenset(s.sample for s in self.samples)

    @property
    def material_ids(self) -> frozenset[str]:
        """Names of all materials."""
        return frozenset(m.material for m in self.materials)

    @cached_property
    def _file_rows(self) -> dict[str, FileRow]:
        return {f.file: f for f in self.files}

    def file_row(self, name: str) -> FileRow | None:
        """The files.csv row of a study-relative path; null when it has none."""
        return self._file_rows.get(name)

    def file_problem(self, row: FileRow) -> str | None:
        """Why a file must be quarantined for what its row or its layout says; null when it need not."""
        layout = self.layouts.get(row.layout or "")
        return row.problem or (layout.problem if layout else None)
