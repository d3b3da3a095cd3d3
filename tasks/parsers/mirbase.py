"""miRBase: mature sequences (mature.fa) and the names that accessions had over its releases (aliases.txt)."""

from __future__ import annotations

import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.delimited import text_of
from tasks.methods.mature_mirnas import mature_mirnas, of_organism

ASSAY = "mirna_names"
TABLE = "core.mirna_names"
_REMEDY = "Name miRBase's mature.fa (headers `>hsa-miR-21-5p MIMAT0000076 …`) or its aliases.txt."


def claims(raw: RawFile, context: Context) -> bool:  # noqa: ARG001  # what study.yaml names may be anything
    """Whether the study says that the file holds names of miRNAs."""
    return context.assay == ASSAY


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read accessions, names and sequences of the study's species (of all where the organism has no prefix here).

    Lines of hairpins in aliases.txt are left out. Raises ``BadInputError`` for what is neither file.
    """
    text = text_of(raw, "FASTA or a list of names")
    found = mature_mirnas(raw) if text.lstrip().startswith(">") else _aliases(text)
    if found.is_empty():
        raise bad_input(raw.name, "", "no_mirna_names", "no line has a MIMAT accession with a name", _REMEDY)
    own = of_organism(found, context.study.config.organism)
    problems: tuple[Problem, ...] = ()
    if own.is_empty():
        message = f"no miRNA of the file is of {context.study.config.organism}; all {found.height} are kept"
        problems = (
            warning(raw.name, "", "other_species", message, "Correct the organism in study.yaml, or the file."),
        )
        own = found
    return Parsed({TABLE: own.unique(["accession", "name"], keep="first", maintain_order=True)}, problems)


def _aliases(text: str) -> pl.DataFrame:
    lines = pl.DataFrame({"line": text.split("\n")}).filter(
        pl.col("line").str.contains(r"^MIMAT[0-9]{7}(?:_[0-9]+)?\t")
    )
    cells = lines.with_columns(pl.col("line").str.splitn("\t", 2).struct.rename_fields(["accession", "name"])).unnest(
        "line"
    )
    names = cells.with_columns(pl.col("name").str.split(";")).explode("name")
    names = names.with_columns(pl.col("name").str.strip_chars(), pl.lit(None, pl.String).alias("sequence"))
    return names.filter(pl.col("name") != "")


PARSER = Parser(
    name="mirbase",
    version="1",
    product="miRBase",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    is_generic=True,
    options=("organism",),
)
