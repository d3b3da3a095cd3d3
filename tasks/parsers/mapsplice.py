"""MapSplice's circular_RNAs.txt of one sample."""

from __future__ import annotations

import re

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import sample_of_file

_WIDTH = 62  # fusion tables without annotation have fewer
_SAME = re.compile(r"^(.+)~\1$")
_UNREAD = ("block sizes", "entropy", "flank case", "mismatches", "read counts by mate", "isoforms", "sequences")


def claims(raw: RawFile, context: Context) -> bool:
    """Columns of an annotated MapSplice fusion whose rows all join one chromosome with itself on one strand."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None or len(found.first) < _WIDTH:
        return False
    rows = [found.first, *found.rows]
    return all(_SAME.match(r[0]) and r[5] in ("++", "--") for r in rows if len(r) >= _WIDTH)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every circular junction of one sample; positions are 1-based, donor before acceptor.

    Rows of one junction with different isoforms add up, as circRNAprofiler reads them
    (Aufiero et al. 2020, doi:10.1186/s12859-020-3500-3).
    """
    found = dialect_of(raw, "MapSplice's circular RNAs")
    table = read_table(raw, found, (), has_header=False)
    junctions = table.frame.select(
        chrom=pl.col("c0").str.split("~").list.first(),
        start="c1",
        end="c2",
        strand=pl.col("c5").str.slice(0, 1),
        count="c4",
        host=pl.concat_str("c60", "c61", separator=","),
    ).with_row_index("row")
    sample, problems = sample_of_file(raw, context)
    return load_back_splices(
        raw, context, table, junctions, (sample,), repeats="sum", problems=problems, unread=_UNREAD
    )


PARSER = Parser(
    name="mapsplice",
    version="1",
    product="MapSplice circular RNAs",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
