"""The manifests of a study folder, as bytes, to a ``Study``; every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel

from schemas.errors import BadInputError, Problem, Severity
from schemas.sheets import (
    SAMPLE_COLUMNS,
    ComparisonRow,
    ContrastRow,
    DonorRow,
    ExclusionRow,
    FileRow,
    Layout,
    MaterialRow,
    SampleRow,
)
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.methods import comparison_checks, contrast_checks, contrast_sheets
from tasks.methods.draft_marks import draft_problems
from tasks.methods.file_checks import (
    Listing,
    broken_layouts,
    checked_files,
    exclusion_problems,
    layout_problems,
    reference_problems,
    tidy_files,
)
from tasks.methods.id_matching import KnownIds
from tasks.methods.layout_sheets import read_layout
from tasks.methods.problem_lists import rank, shown
from tasks.methods.reference_tables import with_reference_tables
from tasks.methods.sample_checks import (
    donor_problems,
    identity_problems,
    implied_materials,
    material_problems,
    sample_problems,
)
from tasks.methods.sample_levels import with_factors
from tasks.methods.sheet_rows import duplicates, read_rows
from tasks.methods.sheets import Sheet, read_sheet
from tasks.methods.study_yaml import read_study_yaml
from tasks.methods.text import decode

YAML = "study.yaml"
SHEETS = (
    "samples.csv",
    "contrasts.csv",
    "comparisons.csv",
    "files.csv",
    "donors.csv",
    "materials.csv",
    "exclusions.csv",
)
LAYOUTS = "layouts/"
Model = TypeVar("Model", bound=BaseModel)


def _columns(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(name for name in model.model_fields if name not in ("attributes", "line", "problem"))


def manifest_names(listing: Iterable[str]) -> list[str]:
    """Which files of a study folder (study-relative, forward slashes) are manifests."""
    return sorted(
        name
        for name in listing
        if name in (YAML, *SHEETS)
        or (
            name.startswith(LAYOUTS)
            and name.lower().endswith(".csv")
            and not any(part.startswith(".") for part in name.split("/"))
        )
    )


def read_study(
    files: Mapping[str, bytes],
    listing: Collection[str] | None = None,
    is_file: Callable[[str], bool] | None = None,
) -> Study:
    """Read and cross-check the manifests; ``files`` maps study-relative names to bytes.

    ``listing`` names every file of the study folder; given, files that manifests name are
    looked for in it, reference files elsewhere too where ``is_file`` says whether one is there.
    Local problems and warnings come in ``Study.problems``, most serious first. With a fatal one
    nothing can be loaded: ``BadInputError`` carries everything found, the fatal problems first.
    Sheets that are absent take their defaults: each condition against the first, one comparison
    of everything.
    """
    return _Reading(files, Listing(listing, is_file), set(listing or ())).study()


class _Reading:
    """One reading of a study's manifests; what is broken is left out so that the rest is still checked."""

    def __init__(self, files: Mapping[str, bytes], listing: Listing, names: set[str]) -> None:
        self.files = files
        self.listing = listing
        self.names = names | set(files)
        self.problems: list[Problem] = []

    def study(self) -> Study:
        self.misnamed()
        config = self.config()
        samples_sheet = self.sheet("samples.csv", SAMPLE_COLUMNS, ("sample", "condition"), is_open=True)
        samples = self.rows(samples_sheet, SampleRow, key="sample")
        if samples_sheet and not samples_sheet.rows and not _is_broken(samples_sheet):
            self.fatal("samples.csv", "no_samples", "the sheet has no rows", "Write one row a culture.")
        self.problems += sample_problems(samples, config)
        materials = self.materials(samples)
        donors = self.donors(samples, materials)
        ids = frozenset(samples_sheet.values("sample")) if samples_sheet else None
        known = KnownIds(sorted(ids), are_treatments=True) if ids else None
        nameable = [m.material for m in materials]  # files and lanes may be about a preparation
        also = KnownIds([*known.ids, *nameable], are_treatments=True) if known else None
        layouts = self.layouts((ids or frozenset()) | set(nameable))
        files = self.file_rows(layouts, also)
        layouts = self.used(layouts, files or [], also)
        exclusions = self.exclusions(known)
        contrasts = self.contrasts(config, samples, files)
        comparisons = self.comparisons(config, samples)
        everything = self.reference_tables(config, files or [])
        ranked = rank(self.problems)
        if config is None or any(p.severity is Severity.FATAL for p in ranked):
            raise BadInputError(*ranked)
        return Study(
            config=config,
            samples=tuple(samples),
            contrasts=tuple(contrasts),
            comparisons=tuple(comparisons),
            files=tuple(everything),
            layouts=layouts,
            donors=tuple(donors),
            materials=tuple(materials),
            exclusions=tuple(exclusions),
            problems=tuple(ranked),
        )

    def fatal(self, file: str, rule: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(Severity.FATAL, file, "", "", rule, message, remedy))

    def misnamed(self) -> None:
        """Say which sheets nobody reads because of their name, e.g. contrast.csv."""
        for name in sorted(self.names):
            is_sheet = "/" not in name and name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx", ".yaml", ".yml"))
            if is_sheet and name not in (YAML, *SHEETS):
                stem = name.rpartition(".")[0]
                near = KnownIds((YAML, *SHEETS)).nearest(name)
                if near and near not in self.names and KnownIds([near.rpartition(".")[0]]).nearest(stem):
                    message, remedy = f"the file is not read; did you mean {near}?", f"Rename it to {near}."
                    self.problems.append(Problem(Severity.WARNING, name, "", "", "unknown_manifest", message, remedy))

    def missing(self, name: str) -> None:
        near = KnownIds(n for n in self.names if "/" not in n and n.lower().endswith((".csv", ".yaml", ".yml"))).nearest
        stem = name.rpartition(".")[0]
        candidate = near(name) or near(stem)
        taken = candidate in (YAML, *SHEETS)
        remedy = f"Rename {shown(candidate)} to {name}." if candidate and not taken else "Run `benchlake init` for one."
        self.fatal(name, "missing_manifest", "the study folder has no such file", remedy)

    def config(self) -> StudyYaml | None:
        if YAML not in self.files:
            self.missing(YAML)
            return None
        config, marked, problems = read_study_yaml(self.files[YAML])
        self.problems += problems
        self.problems += draft_problems(YAML, enumerate(decode(self.files[YAML]).splitlines(), start=1))
        if config:
            self.problems += reference_problems(config, marked, self.listing)
        return config

    def sheet(self, name: str, known: tuple[str, ...], required: tuple[str, ...], *, is_open: bool) -> Sheet | None:
        if name not in self.files:
            if name == "samples.csv":
                self.missing(name)
            return None
        sheet = read_sheet(name, self.files[name], known, required, is_open=is_open)
        self.problems += sheet.problems
        self.problems += draft_problems(name, ((row.line, " ".join(row.cells.values())) for row in sheet.rows))
        return sheet

    def rows(
        self, sheet: Sheet | None, model: type[Model], key: str, lists: Iterable[str] = (), numbers: Iterable[str] = ()
    ) -> list[Model]:
        if sheet is None:
            return []
        if _is_broken(sheet) and key not in sheet.columns:
            return []
        rows, problems = read_rows(sheet, model, lists, numbers)
        self.problems += problems
        self.problems += duplicates(sheet, key)
        return rows

    def materials(self, samples: list[SampleRow]) -> list[MaterialRow]:
        sheet = self.sheet("materials.csv", _columns(MaterialRow), ("material",), is_open=True)
        rows = self.rows(sheet, MaterialRow, key="material")
        self.problems += material_problems(samples, rows if sheet else None)
        return rows if sheet else implied_materials(samples)

    def donors(self, samples: list[SampleRow], materials: list[MaterialRow]) -> list[DonorRow]:
        sheet = self.sheet("donors.csv", _columns(DonorRow), ("donor",), is_open=True)
        rows = self.rows(sheet, DonorRow, key="donor")
        if sheet and not _is_broken(sheet):
            self.problems += [*identity_problems(sheet.columns), *donor_problems(samples, rows, materials)]
        return rows

    def layouts(self, sample_ids: frozenset[str]) -> dict[str, Layout]:
        found: dict[str, Layout] = {}
        for name in manifest_names(self.files):
            if name.startswith(LAYOUTS):
                layout, problems = read_layout(name, self.files[name], sample_ids)
                found[layout.name] = layout
                self.problems += problems
        return found

    def used(
        self, layouts: Mapping[str, Layout], files: Sequence[FileRow], known: KnownIds | None
    ) -> dict[str, Layout]:
        """Say of every fault of a layout which files suffer."""
        users: dict[str, list[str]] = {}
        for row in files:
            users.setdefault(row.layout or "", []).append(row.file)
        found, self.problems = broken_layouts(layouts, self.problems, users)
        self.problems += layout_problems(found, known, users)
        return found

    def file_rows(self, layouts: Mapping[str, Layout], known: KnownIds | None) -> list[FileRow] | None:
        sheet = self.sheet("files.csv", _columns(FileRow), ("file",), is_open=True)
        if sheet is None:
            return None
        rows = self.rows(tidy_files(sheet, self.listing), FileRow, key="file", numbers=["time_h"])
        checked, problems = checked_files(rows, layouts.keys(), known, self.listing)
        self.problems += problems
        return checked

    def reference_tables(self, config: StudyYaml | None, files: list[FileRow]) -> list[FileRow]:
        if config is None:
            return files
        rows, problems = with_reference_tables(config, files, self.listing)
        self.problems += problems
        return rows

    def exclusions(self, known: KnownIds | None) -> list[ExclusionRow]:
        sheet = self.sheet("exclusions.csv", _columns(ExclusionRow), ("reason",), is_open=False)
        if sheet is None or _is_broken(sheet):
            return []
        rows, problems = read_rows(tidy_files(sheet, self.listing), ExclusionRow)
        self.problems += problems
        self.problems += exclusion_problems(rows, known, self.listing)
        return rows

    def contrasts(
        self, config: StudyYaml | None, samples: list[SampleRow], files: list[FileRow] | None
    ) -> list[ContrastRow]:
        samples = with_factors(samples, config)
        sheet = self.sheet("contrasts.csv", contrast_sheets.COLUMNS, ("id", "reference", "target"), is_open=False)
        if sheet is None:
            asked = contrast_sheets.default_contrasts(config, samples) if config else []
        elif _is_broken(sheet):
            return []
        else:
            asked, problems = contrast_sheets.read_contrasts(sheet, samples)
            self.problems += [*problems, *duplicates(sheet, "id")]
        if not samples:
            return [a.contrast for a in asked]
        checked = [contrast_checks.checked_contrast(one, samples) for one in asked]
        # an assay that cannot be read is told already, and may be any
        is_told = any(p.file == "files.csv" and p.place.endswith("column assay") for p in self.problems)
        if sheet is None and _has_expression(
            [f for f in files if f.assay] if files is not None and is_told else files, samples
        ):
            self.problems += contrast_checks.asked_once(checked)
        elif sheet is not None:
            self.problems += [problem for _, problems in checked for problem in problems]
        found = [contrast for contrast, _ in checked]
        if sheet is not None and config:
            self.problems += contrast_checks.method_problems(found, config.expression)
        return found

    def comparisons(self, config: StudyYaml | None, samples: list[SampleRow]) -> list[ComparisonRow]:
        sheet = self.sheet("comparisons.csv", comparison_checks.COLUMNS, ("id",), is_open=False)
        if sheet is None:
            return comparison_checks.default_comparisons()
        rows = self.rows(sheet, ComparisonRow, "id", comparison_checks.LISTS, ["time_h"])
        if config is None:
            return rows
        checked = [comparison_checks.checked_comparison(row, config, samples) for row in rows]
        self.problems += [problem for _, problems in checked for problem in problems]
        return [row for row, _ in checked]


def _is_broken(sheet: Sheet) -> bool:
    return any(p.severity is Severity.FATAL for p in sheet.problems)


def _has_expression(files: list[FileRow] | None, samples: list[SampleRow]) -> bool:
    """Whether anything of the study may be a transcriptome; only then do default contrasts concern anyone."""
    assays = {row.assay for row in files} if files is not None else {None}
    return bool(assays & {None, "expression_counts", "reads"}) or any(s.fastq_1 for s in samples)
