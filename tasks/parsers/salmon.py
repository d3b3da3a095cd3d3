"""salmon's quant.sf of one sample."""

from __future__ import annotations

from pathlib import PurePosixPath

from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.delimited import sniff
from tasks.methods.transcripts import parse_quantification

_COLUMNS = {"transcript_id": "Name", "effective_length": "EffectiveLength", "tpm": "TPM", "count": "NumReads"}
_HEADER = ("Name", "Length", "EffectiveLength", "TPM", "NumReads")


def claims(raw: RawFile, context: Context) -> bool:
    """Salmon's header; quant.genes.sf repeats the counts of the quant.sf beside it and is left alone."""
    found = sniff(raw)
    return (
        context.assay in (None, "expression_counts")
        and found is not None
        and found.first == _HEADER
        and not PurePosixPath(raw.name).name.removesuffix(".gz").endswith("genes.sf")
    )


def parse(raw: RawFile, context: Context) -> Parsed:
    """Sum transcripts to genes; the sample is files.csv's or the name of salmon's output folder."""
    return parse_quantification(raw, context, _COLUMNS, tool="salmon")


PARSER = Parser(
    name="salmon",
    version="1",
    product="salmon quant.sf",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features", "tx2gene"),
)
