"""Parts of study.yaml about sequencing, ceRNA networks, gene lists and gene sets."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from schemas.sheet_model import Files, SheetModel
from schemas.vocabulary import Library, SiteType

_Reads = Annotated[float, Field(ge=0)]


class Expression(SheetModel):
    """Differential expression."""

    methods: list[str] = Field(default=["deseq2", "limma_voom"], description="Methods to run.")
    primary: str = Field(
        default="deseq2", description="The method whose list counts; the first where deseq2 is not run."
    )
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

    @model_validator(mode="before")
    @classmethod
    def _one_method_counts(cls, given: object) -> object:
        methods = given.get("methods") if isinstance(given, dict) and "primary" not in given else None
        if isinstance(given, dict) and isinstance(methods, list) and methods and "deseq2" not in methods:
            return given | {"primary": methods[0]}
        return given

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


class Cerna(SheetModel):
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


class GeneList(SheetModel):
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


class GeneSetFile(SheetModel):
    """A file of gene sets; in study.yaml its name alone will do."""

    file: Annotated[str, Field(min_length=1)]
    version: str | None = Field(default=None, description="Release of the collection, where the file names none.")
    licence: str | None = Field(default=None, description="Licence of the collection, where the file names none.")

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: object) -> object:
        return {"file": value} if isinstance(value, str) else value


class Enrichment(SheetModel):
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


class Annotation(SheetModel):
    """Reference files: paths in the study folder or s3:// addresses."""

    features: str | None = None
    tx2gene: str | None = None
    genome: str | None = None
    gtf: str | None = None
    mirna_hairpin: str | None = None
    mirna_mature: str | None = Field(default=None, description="miRBase's mature.fa.")
    mirna_aliases: str | None = Field(default=None, description="miRBase's aliases.txt: names over its releases.")
    gene_aliases: str | None = Field(default=None, description="Table of alias and symbol.")
