"""Named gene lists and their backgrounds: files of genes that study.yaml names (``enrichment.lists``)."""

from __future__ import annotations

from pathlib import PurePosixPath

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.gene_list_files import read_gene_list
from tasks.methods.reference_tables import BACKGROUNDS, LISTS

ASSAY = "gene_lists"
TABLE = "core.gene_lists"


def claims(raw: RawFile, context: Context) -> bool:  # noqa: ARG001  # what study.yaml names may be anything
    """Whether the study says that the file holds a list of genes."""
    return context.assay == ASSAY


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the genes once for every list that the file is, or is the background of.

    A file that only files.csv names is the list of its file name. Raises ``BadInputError`` for a file without genes.
    """
    found = read_gene_list(raw)
    said = context.row.attributes if context.row else {}
    stem = PurePosixPath(raw.name.removesuffix(".gz")).stem
    names = [(name, "genes") for name in said[LISTS].split("\n")] if LISTS in said else []
    names += [(name, "background") for name in said[BACKGROUNDS].split("\n")] if BACKGROUNDS in said else []
    rows = [
        found.rows.with_columns(gene_list=pl.lit(name), role=pl.lit(role)) for name, role in names or [(stem, "genes")]
    ]
    return Parsed({TABLE: pl.concat(rows)}, found.problems)


PARSER = Parser(
    name="gene_lists",
    version="1",
    product="a list of genes",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    is_generic=True,
)
