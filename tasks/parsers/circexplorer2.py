"""CIRCexplorer2's annotated circRNAs (circularRNA_known.txt, circularRNA_full.txt), and CIRCexplorer3's."""

from __future__ import annotations

import re

from schemas.errors import warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import sample_of_file

_WIDTH = 18  # CIRCexplorer3 adds columns behind them
_LOW_WIDTH = 8
_NAME = re.compile(r"^circular_RNA/\d+$")
_TYPES = ("circRNA", "ciRNA")  # of exons, of an intron's lariat
_HEADER = ("chrom", "start", "end", "name")
_UNREAD = ("score", "thickStart", "thickEnd", "itemRgb", "exonCount", "exonSizes", "exonOffsets", "isoformName")
_EXON = re.compile(r"^[^:]+:[^:]+:\d+$")


def claims(raw: RawFile, context: Context) -> bool:
    """Eighteen columns or more with ``circular_RNA/reads`` and the circRNA's type; or the low-confidence table."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None or found.separator != "\t":
        return False
    row = found.rows[0] if _is_header(found.first) and found.rows else found.first
    if len(row) >= _WIDTH:
        return _NAME.match(row[3]) is not None and row[13] in _TYPES
    return _is_low_confidence(row)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Back-splice reads of one sample; starts are 0-based. A junction of several genes has one row for each.

    Circular intronic RNAs (``ciRNA``) are kept and named so in ``biotype``. Junctions of the low-confidence table
    join exons of two isoforms or genes: none of them is counted, which is told.
    """
    found = dialect_of(raw, "CIRCexplorer2's circRNAs")
    sample, problems = sample_of_file(raw, context)
    has_header = _is_header(found.first)
    if _is_low_confidence(found.first):
        message = "these are CIRCexplorer2's junctions of low confidence; none of them is counted"
        remedy = "Nothing is to be done; the circRNAs are in circularRNA_known.txt."
        return Parsed({}, (warning(raw.name, "", "low_confidence", message, remedy),))
    table = read_table(raw, found, (), has_header=has_header)
    junctions = table.frame.select(
        chrom="c0", start="c1", end="c2", strand="c5", count="c12", biotype="c13", host="c14"
    ).with_row_index("row")
    unread = (*_UNREAD, "index", "flankIntron")
    return load_back_splices(
        raw, context, table, junctions, (sample,), is_zero_based=True, problems=problems, unread=unread
    )


def _is_header(row: tuple[str, ...]) -> bool:
    return row[: len(_HEADER)] == _HEADER


def _is_low_confidence(row: tuple[str, ...]) -> bool:
    is_named = len(row) == _LOW_WIDTH and _NAME.match(row[3]) is not None
    return is_named and bool(_EXON.match(row[6])) and bool(_EXON.match(row[7]))


PARSER = Parser(
    name="circexplorer2",
    version="1",
    product="CIRCexplorer2 circRNAs",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
