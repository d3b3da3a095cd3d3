"""Collections of gene sets: GMT files that study.yaml names, or that files.csv gives the assay ``gene_sets``."""

from __future__ import annotations

from pathlib import PurePosixPath

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.gene_rankings import NAMED
from tasks.methods.gmt import read_gmt
from tasks.methods.reference_tables import COLLECTIONS

ASSAY = "gene_sets"


def claims(raw: RawFile, context: Context) -> bool:  # noqa: ARG001  # what study.yaml names may be anything
    """Whether the study says that the file holds gene sets."""
    return context.assay == ASSAY


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read the sets once for every collection that the file is named as.

    A file that only files.csv names is the collection of its file name. Version and licence are those
    of study.yaml, else those of the file's comments. Raises ``BadInputError`` for what is no GMT, and for a name that
    is that of the collection of named lists.
    """
    sets = read_gmt(raw)
    said = context.row.attributes if context.row else {}
    names = said[COLLECTIONS].split("\n") if COLLECTIONS in said else [_stem(raw.name)]
    if NAMED in names:
        message = f"{NAMED} is the collection of the lists that study.yaml names, not of a file of gene sets"
        remedy = "Rename the file, or name it under enrichment.gene_sets of study.yaml."
        raise bad_input(raw.name, "", "reserved_collection", message, remedy, NAMED)
    about = {key: said.get(key) or sets.about.get(key) for key in ("version", "licence", "source")}
    counts = {"set_count": sets.rows["set_id"].n_unique(), "gene_count": sets.rows["symbol"].n_unique()}
    collections = [{"collection": n, **counts, "empty_set_count": sets.empty_count, **about} for n in names]
    text = dict.fromkeys(about, pl.String)
    return Parsed(
        {
            "core.gene_sets": pl.concat([sets.rows.with_columns(collection=pl.lit(name)) for name in names]),
            "core.gene_set_collections": pl.DataFrame(collections, schema_overrides=text),
        },
        sets.problems,
    )


def _stem(name: str) -> str:
    return PurePosixPath(name.removesuffix(".gz")).stem


PARSER = Parser(
    name="gene_sets",
    version="1",
    product="a collection of gene sets (GMT)",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    is_generic=True,
)
