"""NCLscan's result: non-colinear junctions of one sample, of which the circular ones are counted."""

from __future__ import annotations

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import is_number, read_table
from tasks.methods.sample_names import sample_of_file

_WIDTH = 12
_NUMBERS = (1, 4, 9, 10, 11)


def claims(raw: RawFile, context: Context) -> bool:
    """Twelve columns: donor and acceptor with strand, two genes, intragenic 0 or 1, three read counts that add up."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None:
        return False
    rows = [found.first, *found.rows]
    return all(_is_junction(row) for row in rows)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads across the junction (the eleventh column) of intragenic back-splices; positions are 1-based.

    Junctions between genes, and those whose acceptor lies behind the donor, are trans-splices: they are left out and
    counted. Pairs that span the junction without crossing it are not counted, as with the other tools.
    """
    found = dialect_of(raw, "NCLscan's result")
    table = read_table(raw, found, (), has_header=False)
    rows = table.frame.select(
        chrom="c0",
        start="c1",
        end="c4",
        strand="c2",
        count="c10",
        host=pl.concat_str("c6", "c7", separator=","),
        kind="c8",
        other="c3",
        other_strand="c5",
    ).with_row_index("row")
    donor, acceptor = (pl.col(c).cast(pl.Int64, strict=False) for c in ("start", "end"))
    is_back = pl.when(pl.col("strand") == "-").then(donor <= acceptor).otherwise(donor >= acceptor)
    is_circular = (pl.col("kind") == "1") & (pl.col("chrom") == pl.col("other"))
    is_circular &= (pl.col("strand") == pl.col("other_strand")) & is_back.fill_null(value=True)
    circles = rows.filter(is_circular).drop("kind", "other", "other_strand")
    sample, problems = sample_of_file(raw, context)
    left = rows.height - circles.height
    unread = ["all supporting reads", "spanning reads", *(f"{n} trans-spliced junctions" for n in [left] if n)]
    return load_back_splices(raw, context, table, circles, (sample,), problems=problems, unread=unread)


def _is_junction(row: tuple[str, ...]) -> bool:
    if len(row) != _WIDTH or row[2] not in ("+", "-") or row[5] not in ("+", "-") or row[8] not in ("0", "1"):
        return False
    return all(is_number(row[i]) for i in _NUMBERS)


PARSER = Parser(
    name="nclscan",
    version="1",
    product="NCLscan result",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
