"""find_circ's splice sites: the circular ones of one sample, or of several merged by merge_bed.py."""

from __future__ import annotations

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import TextTable, read_table
from tasks.methods.sample_names import named_samples, sample_of_file

_WIDTH = 18  # version 1.2 inserts spliced_at_begin and spliced_at_end
_KINDS = ("CIRCULAR", "LINEAR")
_AT = "row of the junction"  # no tissue is called so
_UNREAD = ("name", "n_uniq", "uniq_bridges", "best_qual_left", "best_qual_right", "edits", "anchor_overlap")


def claims(raw: RawFile, context: Context) -> bool:
    """Eighteen columns or more, a strand in the sixth, and keywords with CIRCULAR or LINEAR in the last."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None or len(found.first) < _WIDTH:
        return False
    return found.first[5] in {"+", "-"} and any(kind in found.first[-1].split(",") for kind in _KINDS)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every circular junction; starts are 0-based. Linear splice sites of the same file are left out.

    The columns of tissues and their counts (the eighth and seventh from the end) tell the samples of a merged table;
    a table of one tissue is of the sample that files.csv, find_circ's ``--name`` or the file's name tells.
    """
    found = dialect_of(raw, "find_circ's splice sites")
    table = read_table(raw, found, (), has_header=False)
    width = len(found.first)
    rows = table.frame.with_row_index("row").filter(~pl.col("c0").str.starts_with("#"))
    is_circular = pl.col(f"c{width - 1}").str.contains(r"(?:^|,)CIRCULAR(?:,|$)")
    junctions = rows.filter(is_circular).select(
        "row",
        chrom="c0",
        start="c1",
        end="c2",
        strand="c5",
        count="c4",
        tissues=f"c{width - 8}",
        tissue_counts=f"c{width - 7}",
    )
    left = rows.height - junctions.height
    unread = [*_UNREAD, *(f"{n} linear splice sites" for n in [left] if n)]
    tissues = junctions["tissues"].str.split(",").explode().unique(maintain_order=True).drop_nulls().to_list()
    if len(tissues) > 1:
        return _merged(raw, context, table, junctions, tissues, unread)
    written = next((t for t in tissues if t not in ("", "unknown")), None)
    sample, problems = sample_of_file(raw, context, written)
    return load_back_splices(
        raw,
        context,
        table,
        junctions.drop("tissues", "tissue_counts"),
        (sample,),
        is_zero_based=True,
        problems=problems,
        unread=unread,
    )


def _merged(
    raw: RawFile, context: Context, table: TextTable, junctions: pl.DataFrame, tissues: list[str], unread: list[str]
) -> Parsed:
    """Read one column a tissue; a junction that a tissue lacks has no reads there."""
    cells = junctions.select(
        pl.col("tissues").str.split(","), pl.col("tissue_counts").str.split(","), **{_AT: pl.int_range(pl.len())}
    )
    is_uneven = cells.select(pl.col("tissues").list.len() != pl.col("tissue_counts").list.len()).to_series()
    if is_uneven.any():
        row = int(junctions["row"][int(is_uneven.arg_max() or 0)])
        message = "the row does not have one count for each of its tissues"
        remedy = "Merge the samples again with merge_bed.py, or give one table a sample."
        raise bad_input(raw.name, table.row_place(row), "uneven_tissues", message, remedy)
    wide = (
        cells.explode("tissues", "tissue_counts")
        .unique([_AT, "tissues"], keep="first")
        .pivot("tissues", index=_AT, values="tissue_counts")
    )
    names, problems = named_samples(raw, tissues, context.study.sample_ids)
    columns = [f"reads in {name}" for name in tissues]
    counted = (
        cells.select(_AT)
        .join(wide, on=_AT, how="left", maintain_order="left")
        .select(pl.col(t).fill_null("0").alias(c) for t, c in zip(tissues, columns, strict=True))
    )
    found = pl.concat([junctions.drop("tissues", "tissue_counts", "count"), counted], how="horizontal")
    return load_back_splices(
        raw, context, table, found, names, is_zero_based=True, counts=columns, problems=problems, unread=unread
    )


PARSER = Parser(
    name="find_circ",
    version="1",
    product="find_circ splice sites",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
