"""Exons of the transcripts of a GTF or GFF3 file."""

from __future__ import annotations

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import RawFile
from tasks.methods.gene_annotation_files import COLUMNS, attribute, is_gene_annotation
from tasks.methods.genome_cuts import chromosome_key

_REMEDY = "Name annotation.gtf, the GTF or GFF3 file of the genome's transcripts."


def read_exons(raw: RawFile) -> pl.DataFrame:
    """Columns chrom (as it is joined), start, end (1-based, inclusive), strand, transcript_id; each exon once.

    Raises ``BadInputError`` for a file of another kind or without exons.
    """
    if not is_gene_annotation(raw):
        message = "the file is no GTF or GFF3: nine columns, of which the last has attributes"
        raise bad_input(raw.name, "", "unreadable_annotation", message, _REMEDY)
    lines = pl.scan_csv(
        raw.path,
        separator="\t",
        has_header=False,
        comment_prefix="#",
        quote_char=None,
        schema=dict.fromkeys(COLUMNS, pl.String),
        glob=False,
    )
    parent = attribute("Parent").str.split(",").list.first().str.replace(r"^(?:transcript|rna)[:-]", "")
    try:
        found = (
            lines.filter(pl.col("type") == "exon")
            .select(
                chrom="seqid",
                start=pl.col("start").cast(pl.Int64),
                end=pl.col("end").cast(pl.Int64),
                strand="strand",
                transcript_id=pl.coalesce(attribute("transcript_id"), parent),
            )
            .drop_nulls()
            .unique()
            .collect(engine="streaming")
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        message = f"the exons cannot be read ({str(error).splitlines()[0][:120]})"
        raise bad_input(raw.name, "", "unreadable_annotation", message, _REMEDY) from error
    if found.is_empty():
        raise bad_input(raw.name, "", "no_exons", "the file has no row of an exon with its transcript", _REMEDY)
    return found.with_columns(chromosome_key(found["chrom"])).sort("chrom", "transcript_id", "start", "end")
