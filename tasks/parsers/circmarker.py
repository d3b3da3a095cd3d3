"""CircMarker's Brief_sum.txt of one sample."""

from __future__ import annotations

import re

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import sample_of_file

# chr1 165619201 165619078 2 + S
_ROW = re.compile(r"^\S+ \d+ \d+ \d+ [+-] [A-Z]$")


def claims(raw: RawFile, context: Context) -> bool:
    """Six columns between single blanks: chromosome, two positions, reads, strand and a letter for the kind."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None or found.separator != " ":
        return False
    return all(_ROW.match(" ".join(row)) for row in (found.first, *found.rows))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every junction of one sample; positions are 1-based, the farther end first.

    Rows of one junction add up, as circRNAprofiler reads them (Aufiero et al. 2020, doi:10.1186/s12859-020-3500-3).
    """
    found = dialect_of(raw, "CircMarker's summary")
    table = read_table(raw, found, (), has_header=False)
    junctions = table.frame.select(chrom="c0", start="c1", end="c2", count="c3", strand="c4").with_row_index("row")
    sample, problems = sample_of_file(raw, context)
    return load_back_splices(
        raw, context, table, junctions, (sample,), repeats="sum", problems=problems, unread=("kind",)
    )


PARSER = Parser(
    name="circmarker",
    version="1",
    product="CircMarker summary",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
