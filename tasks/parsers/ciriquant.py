"""CIRIquant's GTF of one sample's circRNAs."""

from __future__ import annotations

import re

import polars as pl

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import sample_of_file

_WIDTH = 9
_SAMPLE = re.compile(r"^##\s*Sample:\s*(\S.*?)\s*$")
_ATTRIBUTES = {"count": "bsj", "linear": "fsj", "host": "gene_id", "symbol": "gene_name", "biotype": "circ_type"}


def claims(raw: RawFile, context: Context) -> bool:
    """A GTF whose source is CIRIquant and whose features are circRNAs."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None:
        return False
    return len(found.first) == _WIDTH and found.first[1:3] == ("CIRIquant", "circRNA")


def parse(raw: RawFile, context: Context) -> Parsed:
    """Back-splice (bsj) and forward-splice (fsj) reads of one sample; positions are 1-based.

    Reads corrected by an RNase R library have fractions. The file's own sample name counts where files.csv and the
    file's name say nothing.
    """
    found = dialect_of(raw, "CIRIquant's GTF")
    written = next((m[1] for line in found.comments if (m := _SAMPLE.match(line))), None)
    sample, problems = sample_of_file(raw, context, written)
    table = read_table(raw, found, (), has_header=False)
    attributes = {key: _attribute(name) for key, name in _ATTRIBUTES.items()}
    junctions = (
        table.frame.select(chrom="c0", start="c3", end="c4", strand="c6", **attributes)
        .with_columns(host=pl.coalesce("host", "symbol"), count=pl.col("count").fill_null(""))
        .with_row_index("row")
    )
    is_corrected = table.frame["c8"].str.contains("rnaser_bsj", literal=True).any()
    return load_back_splices(
        raw,
        context,
        table,
        junctions,
        (sample,),
        linear=("linear",),
        problems=problems,
        unread=["score", "circ_id", "junc_ratio", "gene_type", *(["rnaser_bsj", "rnaser_fsj"] if is_corrected else [])],
        is_estimated=is_corrected,
    )


def _attribute(name: str) -> pl.Expr:
    return pl.col("c8").str.extract(rf'(?:^|;)\s*{name}\s+"?([^";]*?)"?\s*(?:;|$)')


PARSER = Parser(
    name="ciriquant",
    version="1",
    product="CIRIquant GTF",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
