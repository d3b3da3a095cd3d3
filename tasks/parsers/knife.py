"""KNIFE's reports of circular junctions: combined, by its model, or naive."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import Dialect, dialect, dialect_of, text_of
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import sample_of_file
from tasks.methods.text import decode

_HEADER = re.compile(
    r"^@?junction\t(?:orig_count\torig_posterior|numReads\tp_predicted|linear\tanomaly\tunmapped)", re.MULTILINE
)
_READS = ("total_reads", "numReads", "circ")  # of the combined, the model's and the naive report
# chr2|CALCRL:188243667|CALCRL:188250358|rev|-
_JUNCTION = r"^([^|]+)\|([^|]*):(\d+)\|([^|]*):(\d+)\|(\w+)\|([+-])$"
_CIRCULAR = ("rev", "dup")  # of several exons, of one


def claims(raw: RawFile, context: Context) -> bool:
    """The column names of one of its three reports."""
    if context.assay not in (None, "expression_counts"):
        return False
    return _HEADER.search(decode(raw.head)) is not None


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every circular junction (``rev``, ``dup``) of one sample; positions are 1-based.

    Linear junctions of the same report are left out. No junction is left out for its posterior probability: low
    ones are usual for few reads. Genes of both ends are the host.
    """
    found = _dialect(raw)
    table = read_table(raw, found, ())
    names = [name.strip().lstrip("@") for name in table.names]
    reads = next((name for name in _READS if name in names), None)
    if reads is None:
        raise bad_input(
            raw.name,
            f"line {found.line}",
            "no_counts",
            f"no column is called {', '.join(_READS)}, so the reads of the junctions are missing",
            "A cut header means a broken copy: copy KNIFE's report again.",
        )
    parts = pl.col("c0").str.extract_groups(_JUNCTION)
    rows = table.frame.select(parts=parts, count=pl.col(f"c{names.index(reads)}")).with_row_index("row")
    groups = rows["parts"].struct.unnest()
    groups.columns = ["chrom", "first_gene", "start", "second_gene", "end", "kind", "strand"]
    junctions = rows.drop("parts").hstack(groups)
    # a junction that cannot be read has no kind: it is kept, so that its line is named
    circles = junctions.filter(pl.col("kind").is_in(_CIRCULAR) | pl.col("kind").is_null())
    circles = circles.with_columns(
        pl.col("chrom", "strand").fill_null(""),
        host=pl.concat_str("first_gene", "second_gene", separator=";", ignore_nulls=True),
    ).drop("kind", "first_gene", "second_gene")
    sample, problems = sample_of_file(raw, context)
    linear = junctions.height - circles.height
    unread = [*(n for n in names if n not in ("junction", reads)), *(f"{n} linear junctions" for n in [linear] if n)]
    return load_back_splices(raw, context, table, circles, (sample,), problems=problems, unread=unread)


def _dialect(raw: RawFile) -> Dialect:
    """Dialect from the header on; the naive report has a line before it."""
    text = text_of(raw)
    start = _HEADER.search(text)
    before = text[: start.start()].count("\n") if start else 0
    found = dialect(text[start.start() :]) if start else None
    return replace(found, line=before + 1) if found else dialect_of(raw, "KNIFE's report of circular junctions")


PARSER = Parser(
    name="knife",
    version="1",
    product="KNIFE circular junctions",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
