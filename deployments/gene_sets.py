"""The command ``benchlake gene-sets``: a collection of gene sets as a GMT file with its version and licence."""

from __future__ import annotations

import gzip
import os
import shlex
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from schemas.errors import UserError
from tasks.methods.gene_annotations import GeneAnnotations
from tasks.methods.gmt import gmt_text
from tasks.methods.go_files import refuse_other_files
from tasks.methods.go_ontology import EVIDENCE, IS_A_PART_OF, REGULATES, GoOntology, GoSets, Ontology, go_gene_sets

LICENCE = "CC BY 4.0 (Gene Ontology, https://geneontology.org)"
HUMAN = "human"
_NAMES = {"BP": "biological process", "MF": "molecular function", "CC": "cellular component"}


@dataclass(frozen=True)
class Request:
    """What the user asked for; ``org`` and ``go`` are databases, ``obo`` and ``gaf`` files of the consortium."""

    out: Path
    ontology: Ontology
    evidence: Sequence[str]
    without: Sequence[str]
    organism: str
    regulates: bool
    org: Path | None = None
    go: Path | None = None
    obo: Path | None = None
    gaf: Path | None = None
    taxon: int | None = None
    library: str | None = None
    force: bool = False


def write_gene_sets(request: Request, tell: Callable[[str], None]) -> tuple[str, str]:
    """Write the GMT file; give the sentence about it and the lines of study.yaml that name it."""
    _check(request)
    if request.library:
        from deployments.enrichr import library

        collection = request.library
        found = library(request.library, request.organism)
        rows, about = found.rows, found.about
        for line in found.notes:
            tell(line)
    else:
        collection = f"GO_{request.ontology}"
        rows, about = _gene_ontology(request, tell)
    if rows.is_empty():
        raise UserError(f"No set of {collection} has a gene, so {request.out} was not written. Ask for more evidence.")
    _write(request.out, gmt_text(rows, about))
    sets, genes = rows["set_id"].n_unique(), rows["symbol"].n_unique()
    sentence = (
        f"{request.out}: {sets:,} sets, {genes:,} genes, {rows.height:,} memberships. Version: {about['version']}."
    )
    file = _within_study(request.out.resolve())
    return sentence, f"enrichment:\n  gene_sets:\n    {collection}: {file}"


def _check(request: Request) -> None:
    """Raise ``UserError`` for what contradicts or is misspelt."""
    if not request.out.name.endswith((".gmt", ".gmt.gz")):
        raise UserError(f"{request.out} should end in .gmt.gz (or .gmt, unpacked), so that people know what it is.")
    if (request.obo is None) is not (request.gaf is None):
        given, missing = ("--obo", "--gaf") if request.obo else ("--gaf", "--obo")
        raise UserError(f"{given} needs {missing}: one file has the terms, the other the genes.")
    kinds = {"--org/--go": request.org or request.go, "--obo/--gaf": request.obo, "--library": request.library}
    if len(asked := [name for name, value in kinds.items() if value]) > 1:
        raise UserError(f"{' and '.join(asked)} are different sources: choose one.")
    if (request.gaf or request.org) and request.organism != HUMAN:
        raise UserError(
            "--organism chooses an installed database or a library; that of --org is its own, that of a GAF file "
            "its own or chosen by --taxon."
        )
    if request.taxon is not None and request.gaf is None:
        raise UserError("--taxon chooses the organism of a GAF file: it needs --obo and --gaf.")
    for code in (*request.evidence, *request.without):
        if code not in EVIDENCE:
            near = get_close_matches(code, EVIDENCE, 1, 0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UserError(f"{code!r} is no evidence code of GO ({', '.join(EVIDENCE)}).{hint}")
    for path in (request.org, request.go, request.obo, request.gaf):
        if path and not path.is_file():
            raise UserError(f"{path} is no file.")
    refuse_other_files({"go": request.go, "org": request.org, "obo": request.obo, "gaf": request.gaf})
    if request.out.exists() and not request.force:
        raise UserError(f"{request.out} exists and was left as it is. Name another file, or replace it by --force.")


def _gene_ontology(request: Request, tell: Callable[[str], None]) -> tuple[pl.DataFrame, dict[str, str]]:
    ontology, annotations, files = _sources(request)
    relations = (*IS_A_PART_OF, *REGULATES) if request.regulates else IS_A_PART_OF
    sets = go_gene_sets(
        annotations.rows,
        ontology,
        request.ontology,
        evidence=request.evidence,
        without=request.without,
        relations=relations,
    )
    for line in _left_out(sets):
        tell(line)
    evidence = f"only {', '.join(request.evidence)}" if request.evidence else "all evidence"
    without = f" without {', '.join(('ND', *(code for code in request.without if code != 'ND')))}"
    above = "is_a, part_of, regulates" if request.regulates else "is_a, part_of"
    dates = (f"GO {ontology.version or 'of unstated date'}", f"annotations {annotations.version or 'of unstated date'}")
    return sets.rows, {
        "version": ", ".join((*dates, annotations.organism or "organism not stated")),
        "licence": LICENCE,
        "source": f"Gene Ontology, {_NAMES[request.ontology]}; ancestors over {above}; {evidence}{without}; {files}",
    }


def _sources(request: Request) -> tuple[GoOntology, GeneAnnotations, str]:
    """Ontology, annotations and the names of their files."""
    if request.obo and request.gaf:
        from tasks.methods.gene_annotations import read_gaf
        from tasks.methods.obo import read_obo

        return read_obo(request.obo), read_gaf(request.gaf, request.taxon), f"{request.obo.name}, {request.gaf.name}"
    from tasks.methods.go_databases import find_databases, read_gene_database, read_go_database

    go, org = find_databases(request.organism, os.environ, go=request.go, org=request.org)
    return read_go_database(go), read_gene_database(org), f"{go.name}, {org.name}"


def _left_out(sets: GoSets) -> list[str]:
    said = {
        "negated (NOT)": sets.negated_count,
        "by other evidence": sets.evidence_count,
        "with obsolete terms": sets.obsolete_count,
        "with terms that the ontology does not know (is it older than the annotations?)": sets.unknown_count,
    }
    return [f"left out: {count:,} annotations {why}" for why, count in said.items() if count]


def _write(out: Path, text: str) -> None:
    """Write the file whole or not at all; the same text gives the same bytes."""
    data = text.encode("utf-8")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as part:
        part.write(gzip.compress(data, mtime=0) if out.name.endswith(".gz") else data)
    written = Path(part.name)
    written.chmod(0o644)
    written.replace(out)


def _within_study(out: Path) -> str:
    """The file as study.yaml names it: from the folder of a study.yaml above it, else as a whole path."""
    study = next((folder for folder in out.parents if (folder / "study.yaml").is_file()), None)
    name = out.relative_to(study).as_posix() if study else out.as_posix()
    return name if shlex.quote(name) == name else f'"{name}"'
