"""Files of study.yaml that are loaded like raw files: miRNA targets, gene sets and lists, names of miRNAs and genes."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.errors import Problem, Severity
from schemas.sheets import FileRow
from schemas.study_yaml import StudyYaml
from schemas.vocabulary import REFERENCE_TABLES, Assay
from tasks.methods.circrna_lists import LIST, wants_circrnas
from tasks.methods.file_checks import Listing
from tasks.methods.problem_lists import shown

# attributes of a row: names of the collections that a file holds, of the gene lists that it is or is the background of
COLLECTIONS, LISTS, BACKGROUNDS = "collections", "lists", "backgrounds"  # one a line
_NAMES = (COLLECTIONS, LISTS, BACKGROUNDS)
_KEYS = {  # of study.yaml, by assay
    "mirna_targets": "cerna.targets or cerna.sequences",
    "gene_sets": "enrichment.gene_sets",
    "mirna_names": "annotation.mirna_mature or annotation.mirna_aliases",
    "gene_aliases": "annotation.gene_aliases",
    "gene_lists": "enrichment.lists",
}


def with_reference_tables(
    config: StudyYaml, files: Sequence[FileRow], listing: Listing
) -> tuple[list[FileRow], list[Problem]]:
    """Give the rows of files.csv with those that study.yaml implies, and what contradicts.

    A file that study.yaml names gets a row with its assay (``mirna_targets``, ``gene_sets``, …). One that
    files.csv names as well keeps its row; where the sheet gives it another assay, the file is not read.
    """
    rows = {row.file: row for row in files}
    problems: list[Problem] = []
    for name, implied in _implied(config, listing).items():
        row = rows.get(name)
        if row is None:
            rows[name] = implied
        elif row.assay in (None, implied.assay):
            rows[name] = row.model_copy(
                update={"assay": implied.assay, "attributes": {**row.attributes, **implied.attributes}}
            )
        else:
            key = _KEYS[str(implied.assay)]
            message = f"files.csv says that {shown(name)} is {row.assay}, but study.yaml names it as {key}"
            problem = Problem(
                Severity.LOCAL,
                "files.csv",
                f"line {row.line}, column assay",
                str(row.assay),
                "other_assay",
                message,
                f"Leave it out of files.csv, or correct {key} in study.yaml.",
            )
            problems.append(problem)
            rows[name] = row.model_copy(update={"problem": str(problem)})
    return list(rows.values()), problems


def is_reference_table(row: FileRow | None) -> bool:
    """Whether a row is about a table that is loaded, not a measurement."""
    return row is not None and row.assay in REFERENCE_TABLES


def is_address(name: str) -> bool:
    """Whether a name leads to no file of this machine, e.g. ``s3://bucket/key``."""
    return "://" in name


def _implied(config: StudyYaml, listing: Listing) -> dict[str, FileRow]:
    """Rows by file name as the study lists it."""
    found: dict[str, FileRow] = {}

    def add(name: str, assay: Assay, attributes: dict[str, str]) -> None:
        plain = tidy_reference(name, listing)
        known = found.get(plain)
        if known and known.assay == assay:  # one file, several collections or lists
            both = (known.attributes, attributes)
            names = {k: "\n".join(a[k] for a in both if k in a) for k in _NAMES if any(k in a for a in both)}
            attributes = {**attributes, **known.attributes, **names}
        if not is_address(plain) and (known is None or known.assay == assay):
            found[plain] = FileRow(file=plain, assay=assay, attributes=attributes)

    for name in (*config.cerna.targets, *config.cerna.sequences):
        if name.strip():
            add(name, "mirna_targets", {})
    if wants_circrnas(config):
        add(LIST, "mirna_targets", {})
    for file in (config.annotation.mirna_mature, config.annotation.mirna_aliases):
        if file:
            add(file, "mirna_names", {})
    if config.annotation.gene_aliases:
        add(config.annotation.gene_aliases, "gene_aliases", {})
    for collection, sets in config.enrichment.gene_sets.items():
        said = {"version": sets.version, "licence": sets.licence}
        about = {COLLECTIONS: collection}
        add(sets.file, "gene_sets", about | {key: value for key, value in said.items() if value})
    for name, one in config.enrichment.lists.items():
        add(one.genes, "gene_lists", {LISTS: name})
        if one.background_file:
            add(one.background_file, "gene_lists", {BACKGROUNDS: name})
    return found


def tidy_reference(name: str, listing: Listing) -> str:
    """Name of a reference file as the study lists it: forward slashes, without ``./``; others as they stand."""
    plain = name.strip().replace("\\", "/").removeprefix("./")
    return listing.find(plain) or plain
