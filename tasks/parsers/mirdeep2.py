"""miRDeep2's quantifier: miRNAs_expressed_all_samples_*.csv, miRNAs by precursor × samples."""

from __future__ import annotations

import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.cell_numbers import cell_numbers
from tasks.methods.count_tables import CountTable, load_counts
from tasks.methods.delimited import Dialect, dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.feature_groups import feature_groups
from tasks.methods.sample_names import named_samples, sample_of_file

_FIXED = ("miRNA", "read_count", "precursor", "total")
_NORMALISED = "(norm)"
_UNNAMED = ("seq", "read_count")  # how the mapper calls the reads where nobody gave them a name
_SHOWN = 3


def claims(raw: RawFile, context: Context) -> bool:
    """Its first four columns, with or without the # before them."""
    found = sniff(raw)
    return context.assay in (None, "expression_counts") and found is not None and _names(found)[: len(_FIXED)] == _FIXED


def parse(raw: RawFile, context: Context) -> Parsed:
    """Reads of every miRNA in every sample; the normalised columns are left out.

    A miRNA of several precursors has a row for each, and its reads stand in all of them: the largest count of each
    sample is taken, because their sum would count reads twice (mirPRo, 2015, doi:10.1038/srep14617). With the
    quantifier's option -W a read's count is divided among its places and has fractions: these rows are added up.
    Where the precursors of a miRNA disagree, that is told. One sample without a name in the table is the one that
    files.csv or the file's name tells.
    """
    found = dialect_of(raw, "miRDeep2's expressed miRNAs")
    names = _names(found)
    has_header = tuple(c.strip().lstrip("#") for c in found.first) == names
    table = read_table(raw, found, (), has_header=has_header)
    columns = [i for i, name in enumerate(names) if i >= len(_FIXED) and not name.endswith(_NORMALISED)] or [1]
    columns = [i for i in columns if i < len(table.frame.columns)]
    named = {f"reads in {names[i]}": pl.col(f"c{i}") for i in columns}
    if not columns:
        message = "no row is long enough to hold a sample's counts"
        raise bad_input(raw.name, "", "no_samples", message, "Copy the quantifier's file again.")
    if len(named) < len(columns):
        message = "two columns have the same sample name"
        raise bad_input(raw.name, "header", "duplicate_sample", message, "Rename one of them.")
    rows = table.frame.select(pl.col("c0").alias("feature"), **named).with_row_index("row")
    samples = [names[i] for i in columns]
    problems: tuple[Problem, ...]
    if len(samples) == 1:
        sample, problems = sample_of_file(raw, context, None if samples[0] in _UNNAMED else samples[0])
        given: tuple[str, ...] = (sample,)
    else:
        given, problems = named_samples(raw, samples, context.study.sample_ids)
    unread = [name for name in names[1:] if name not in samples]
    if not rows.height:
        message = "the table has a header and no miRNAs"
        raise bad_input(raw.name, "", "no_rows", message, "Copy the quantifier's file again.")
    values = cell_numbers(raw, table, rows, list(named))
    groups = feature_groups(rows["feature"])
    is_weighted = bool((values % 1 != 0).any())
    disagreeing = [] if is_weighted else groups.differing(values)
    if disagreeing:
        shown = ", ".join(str(groups.ids[i]) for i in disagreeing[:_SHOWN])
        message = f"{len(disagreeing)} miRNAs have different counts on their precursors ({shown}); the largest is taken"
        problems = (*problems, warning(raw.name, "", "precursors_disagree", message, "Nothing is to be done."))
    whole = CountTable(
        groups.ids,
        given,
        groups.sums(values) if is_weighted else groups.largest(values),
        lambda row, sample: f"{table.row_place(int(groups.first[row]))}, column {samples[sample]}",
        lambda row: table.row_place(int(groups.first[row])),
    )
    return load_counts(
        raw, context, whole, given, problems=problems, unread=unread, is_estimated=is_weighted, library="mirna"
    )


def _names(found: Dialect) -> tuple[str, ...]:
    """Column names: the last comment, else the first row."""
    header = found.comments[-1].split("\t") if found.comments else found.first
    return tuple(name.strip().lstrip("#") for name in header)


PARSER = Parser(
    name="mirdeep2",
    version="1",
    product="miRDeep2 quantifier",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
