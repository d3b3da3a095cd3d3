"""mirtop's isomiRs, as mirGFF3 or as a table of counts, to miRNAs."""

from __future__ import annotations

import re

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.delimited import Dialect, dialect_of, sniff
from tasks.methods.delimited_table import TextTable, read_table
from tasks.methods.sample_names import named_samples, sample_of_file
from tasks.methods.summed_features import load_sums

_GFF_WIDTH = 9
_GFF = re.compile(r"^#+\s*(?:mirGFF3|GFF3 adapted for miRNA)")
_SAMPLES = re.compile(r"^#+\s*COLDATA:\s*(.*?)\s*$")
_COUNTS = ("UID", "Read", "miRNA", "Variant")  # mirtop counts
_ISOMIRS = ("seq", "mir", "mism", "add", "t5", "t3")  # mirtop export, what isomiRs reads
_VARIANT = "iso_"


def claims(raw: RawFile, context: Context) -> bool:
    """The first line of mirGFF3, or the columns of ``mirtop counts`` or of ``mirtop export``."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None:
        return False
    return _is_gff(found) or found.first[: len(_COUNTS)] == _COUNTS or found.first[: len(_ISOMIRS)] == _ISOMIRS


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every miRNA in every sample: the sum of its isomiRs that passed the filter.

    A sequence that stands there several times, once for each precursor or miRNA that it fits, is counted for the
    first, as nf-core/smrnaseq collapses mirtop's counts. mirGFF3 names its samples in ``COLDATA``; a file of one
    sample that lacks it is the sample that files.csv or the file's name tells (mirGFF3: Desvignes et al. 2020,
    doi:10.1093/bioinformatics/btz675).
    """
    found = dialect_of(raw, "mirtop's isomiRs")
    if _is_gff(found):
        return _gff(raw, context, found)
    table = read_table(raw, found, ())
    names = [name.strip() for name in table.names]
    fixed = _COUNTS if names[0] == _COUNTS[0] else _ISOMIRS
    feature, sequence = ("miRNA", "UID") if fixed is _COUNTS else ("mir", "seq")
    samples = [name for name in names if name not in fixed and not name.startswith(_VARIANT)]
    if not samples:
        raise bad_input(raw.name, "header", "no_samples", "no column holds a sample's counts", "Run mirtop again.")
    columns = {name: f"c{i}" for i, name in enumerate(names)}
    rows = table.frame.select(
        feature=columns[feature], sequence=columns[sequence], **{f"reads in {s}": columns[s] for s in samples}
    ).with_row_index("row")
    unread = [name for name in names if name not in (*samples, feature)]
    return _loaded(raw, context, table, rows, samples, unread)


def _gff(raw: RawFile, context: Context, found: Dialect) -> Parsed:
    table = read_table(raw, found, (), has_header=False)
    named = next((m[1] for line in found.comments if (m := _SAMPLES.match(line))), "")
    samples = [name.strip() for name in named.split(",") if name.strip()]
    attributes = {key: _attribute(key) for key in ("Name", "UID", "Read", "Expression", "Filter")}
    rows = table.frame.select(**attributes).with_row_index("row")
    passed = rows.filter(pl.col("Filter").is_null() | pl.col("Filter").str.to_lowercase().str.starts_with("pass"))
    width = max(rows["Expression"].fill_null("").str.split(",").list.len().to_list(), default=1)
    lists = passed["Expression"].fill_null("").str.split(",")
    if len(samples) != width:
        samples = _unnamed(raw, samples, width)
    counts = {f"reads in {s}": lists.list.get(i, null_on_oob=True) for i, s in enumerate(samples)}
    sequence = pl.coalesce("UID", "Read", pl.col("row").cast(pl.String))
    kept = passed.select("row", feature=pl.col("Name").fill_null(""), sequence=sequence).with_columns(**counts)
    left = rows.height - passed.height
    unread = ["type", "Variant", "Cigar", "Hits", *(f"{n} isomiRs that did not pass the filter" for n in [left] if n)]
    return _loaded(raw, context, table, kept, samples, unread)


def _loaded(
    raw: RawFile, context: Context, table: TextTable, rows: pl.DataFrame, samples: list[str], unread: list[str]
) -> Parsed:
    once = rows.unique("sequence", keep="first", maintain_order=True)
    counts = [c for c in rows.columns if c not in ("row", "feature", "sequence")]
    if len(samples) == 1:
        sample, problems = sample_of_file(raw, context, samples[0] or None)
        names: tuple[str, ...] = (sample,)
    else:
        names, problems = named_samples(raw, samples, context.study.sample_ids)
    more = rows.height - once.height
    unread = [*unread, *(f"{n} further places of the same sequences" for n in [more] if n)]
    return load_sums(raw, context, table, once, counts, names, library="mirna", problems=problems, unread=unread)


def _unnamed(raw: RawFile, samples: list[str], width: int) -> list[str]:
    """Samples of a mirGFF3 whose COLDATA does not name them: one is told by the file's name."""
    if width == 1 and not samples:
        return [""]
    raise bad_input(
        raw.name,
        "COLDATA",
        "samples_do_not_fit",
        f"COLDATA names {len(samples)} samples, but Expression has {width} counts",
        "Write the samples into the line ## COLDATA: in the order of the counts.",
    )


def _attribute(name: str) -> pl.Expr:
    """An attribute of the ninth column, written ``Name=value`` or, before version 1, ``Name value``."""
    return pl.col("c8").str.extract(rf"(?:^|;)\s*{name}[= ]\s*([^;]*?)\s*(?:;|$)")


def _is_gff(found: Dialect) -> bool:
    return len(found.first) == _GFF_WIDTH and any(_GFF.match(line) for line in found.comments)


PARSER = Parser(
    name="mirtop",
    version="1",
    product="mirtop isomiRs",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
