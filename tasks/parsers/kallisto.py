"""kallisto's abundance.tsv of one sample."""

from __future__ import annotations

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.delimited import sniff
from tasks.methods.transcripts import parse_quantification

_COLUMNS = {"transcript_id": "target_id", "effective_length": "eff_length", "tpm": "tpm", "count": "est_counts"}
_HEADER = ("target_id", "length", "eff_length", "est_counts", "tpm")


def claims(raw: RawFile, context: Context) -> bool:
    """Kallisto's header."""
    found = sniff(raw)
    return context.assay in (None, "expression_counts") and found is not None and found.first == _HEADER


def parse(raw: RawFile, context: Context) -> Parsed:
    """Sum transcripts to genes; the sample is files.csv's or the name of kallisto's output folder."""
    return parse_quantification(raw, context, _COLUMNS, tool="kallisto")


PARSER = Parser(
    name="kallisto",
    version="1",
    product="kallisto abundance.tsv",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features", "tx2gene"),
)
