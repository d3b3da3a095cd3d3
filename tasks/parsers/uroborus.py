"""UROBORUS's circRNA_list.txt of one sample."""

from __future__ import annotations

import re

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import sample_of_file

_WIDTH = 8
_WHOLE = re.compile(r"^[0-9]{1,12}$")


def claims(raw: RawFile, context: Context) -> bool:
    """Eight columns: place, strand, gene, the distance of the two positions, reads, transcript."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None or found.separator != "\t":
        return False
    return all(_is_circle(row) for row in (found.first, *found.rows))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every junction of one sample; starts are 0-based, so that the distance is the circle's length."""
    found = dialect_of(raw, "UROBORUS's circRNAs")
    table = read_table(raw, found, (), has_header=False)
    junctions = table.frame.select(chrom="c0", start="c1", end="c2", strand="c3", count="c6", host="c4").with_row_index(
        "row"
    )
    sample, problems = sample_of_file(raw, context)
    return load_back_splices(
        raw,
        context,
        table,
        junctions,
        (sample,),
        is_zero_based=True,
        problems=problems,
        unread=("genomic distance", "matched transcript"),
    )


def _is_circle(row: tuple[str, ...]) -> bool:
    if len(row) != _WIDTH or row[3] not in ("+", "-") or not all(_WHOLE.match(row[i]) for i in (1, 2, 5, 6)):
        return False
    return int(row[5]) == int(row[2]) - int(row[1])


PARSER = Parser(
    name="uroborus",
    version="1",
    product="UROBORUS circRNAs",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
