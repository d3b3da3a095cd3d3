"""Annotations of genes with terms of the Gene Ontology as GAF text (goa_human.gaf.gz)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import polars as pl

from schemas.errors import UserError, bad_input
from tasks.methods.packed_text import text_lines

_COLUMNS = {2: "symbol", 3: "qualifier", 4: "go_id", 6: "evidence", 12: "taxon"}  # of GAF 2.0 to 2.2
_DATE = re.compile(r"^!\s*(?:date-generated|generated|gaf-date|date)\s*:\s*(\S+)", re.IGNORECASE)
_HEADER_LINES = 2000
_REMEDY = "Name a GAF file, e.g. goa_human.gaf.gz of https://current.geneontology.org/products/pages/downloads.html."


@dataclass(frozen=True)
class GeneAnnotations:
    """``rows``: symbol, go_id, evidence, is_negated; the date of their source and the organism they are of."""

    rows: pl.DataFrame
    version: str | None
    organism: str | None


def read_gaf(path: Path, taxon: int | None = None) -> GeneAnnotations:
    """Read the annotations of one organism from a GAF file, plain or gzipped.

    Raises ``BadInputError`` for what is no GAF, ``UserError`` where the file holds several organisms and no ``taxon``
    says which, or none of it.
    """
    header = list(takewhile(lambda line: line.startswith("!"), islice(text_lines(path), _HEADER_LINES)))
    try:
        rows = pl.read_csv(
            path,
            separator="\t",
            has_header=False,
            comment_prefix="!",
            quote_char=None,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.NoDataError:
        raise bad_input(path.name, "", "no_annotations", "the file holds no annotation", _REMEDY) from None
    if rows.width <= max(_COLUMNS):
        message = f"the first line has {rows.width} columns, expected the 15 or 17 of GAF"
        raise bad_input(path.name, "", "no_annotations", message, _REMEDY)
    rows = rows.select(pl.col(rows.columns[at]).fill_null("").alias(name) for at, name in _COLUMNS.items())
    if not rows["go_id"].str.contains(r"^GO:[0-9]{7}$").any():
        message = "no line has a GO term in column 5"
        raise bad_input(path.name, "column 5", "no_annotations", message, _REMEDY, rows["go_id"][0])
    rows, organism = _of_organism(rows.with_columns(pl.col("taxon").str.extract(r"taxon:([0-9]+)")), path, taxon)
    negated = pl.col("qualifier").str.split("|").list.contains("NOT")
    rows = rows.filter(pl.col("symbol") != "").select("symbol", "go_id", "evidence", is_negated=negated)
    dates = [match[1] for line in header if (match := _DATE.match(line))]
    return GeneAnnotations(rows, dates[0][:10] if dates else None, organism)


def _of_organism(rows: pl.DataFrame, path: Path, taxon: int | None) -> tuple[pl.DataFrame, str | None]:
    """Rows of one organism, and its name: of two organisms in a cell the first is the gene's, the other its host's."""
    found = rows["taxon"].drop_nulls().value_counts(sort=True)["taxon"].to_list()
    if taxon is None and len(found) > 1:
        several = ", ".join(found[:8]) + (", …" if len(found) > 8 else "")  # noqa: PLR2004 (what fits a line)
        raise UserError(f"{path.name} holds genes of {len(found)} organisms (taxon {several}): choose one by --taxon.")
    if taxon is not None:
        if str(taxon) not in found:
            raise UserError(
                f"{path.name} holds no gene of taxon {taxon}; it has taxon {', '.join(found[:8]) or 'none'}."
            )
        rows, found = rows.filter(taxon=str(taxon)), [str(taxon)]
    return rows, f"taxon {found[0]}" if found else None
