"""CIRI's and CIRI2's table of one sample's circRNAs."""

from __future__ import annotations

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import sample_of_file

_PLACE = ("chr", "circRNA_start", "circRNA_end")
_READS, _LINEAR = "#junction_reads", "#non_junction_reads"
_USED = {"circRNA_ID", *_PLACE, _READS, _LINEAR, "strand", "gene_id", "circRNA_type"}


def claims(raw: RawFile, context: Context) -> bool:
    """Its column names."""
    found = sniff(raw)
    return context.assay in (None, "expression_counts") and found is not None and {*_PLACE, _READS} <= set(found.first)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Junction reads and non-junction reads of one sample; positions are 1-based.

    Tables of CIRI's first version have no strand. ``circRNA_type`` (exon, intron, intergenic_region) is the biotype.
    """
    found = dialect_of(raw, "CIRI's circRNAs")
    sample, problems = sample_of_file(raw, context)
    table = read_table(raw, found, ())
    at = {name.strip(): f"c{i}" for i, name in enumerate(table.names)}
    columns = {"chrom": "chr", "start": "circRNA_start", "end": "circRNA_end", "strand": "strand", "count": _READS}
    columns |= {"linear": _LINEAR, "host": "gene_id", "biotype": "circRNA_type"}
    junctions = table.frame.select(**{key: at[name] for key, name in columns.items() if name in at})
    if "strand" not in junctions.columns:
        junctions = junctions.with_columns(strand=pl.lit("."))
    return load_back_splices(
        raw,
        context,
        table,
        junctions.with_row_index("row"),
        (sample,),
        linear=("linear",) if _LINEAR in at else (),
        problems=problems,
        unread=[name for name in at if name not in _USED],
    )


PARSER = Parser(
    name="ciri",
    version="1",
    product="CIRI2 circRNAs",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
