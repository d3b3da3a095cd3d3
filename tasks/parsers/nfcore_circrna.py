"""nf-core/circrna's count matrix: circRNAs × samples by chromosome, start, stop and strand."""

from __future__ import annotations

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.back_splices import load_back_splices
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import named_samples

_PLACE = ("Chr", "Start", "Stop", "Strand")


def claims(raw: RawFile, context: Context) -> bool:
    """Its four first columns."""
    found = sniff(raw)
    return context.assay in (None, "expression_counts") and found is not None and found.first[: len(_PLACE)] == _PLACE


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every circRNA in every sample; starts are 0-based, because the pipeline makes all tools' places BED."""
    found = dialect_of(raw, "nf-core/circrna's count matrix")
    table = read_table(raw, found, ())
    samples = range(len(_PLACE), len(table.names))
    if not samples:
        message = "no column holds a sample's counts"
        raise bad_input(raw.name, "header", "no_samples", message, "Give the pipeline's matrix as it wrote it.")
    names = [table.names[i].strip() for i in samples]
    columns = {f"reads in {name}": f"c{i}" for name, i in zip(names, samples, strict=True)}
    junctions = table.frame.select(chrom="c0", start="c1", end="c2", strand="c3", **columns).with_row_index("row")
    given, problems = named_samples(raw, names, context.study.sample_ids)
    return load_back_splices(
        raw, context, table, junctions, given, is_zero_based=True, counts=list(columns), problems=problems
    )


PARSER = Parser(
    name="nfcore_circrna",
    version="1",
    product="nf-core/circrna count matrix",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
