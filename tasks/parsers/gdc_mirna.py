"""miRNA quantification of the GDC (TCGA): per sample by miRNA or isoform, and the matrices made of them."""

from __future__ import annotations

import re

import polars as pl

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.delimited import Dialect, dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import named_samples, sample_of_file
from tasks.methods.summed_features import load_sums

_ID, _READS, _REGION = "miRNA_ID", "read_count", "miRNA_region"
_MATRIX = re.compile(rf"^{_READS}_(.+)$")  # TCGAbiolinks
_FIREHOSE = "Hybridization REF"  # samples in the first line, each three times; the quantities in the second
_MATURE = r"^mature,(MIMAT\d+)"


def claims(raw: RawFile, context: Context) -> bool:
    """miRNA_ID and read_count among the columns, once, with a sample behind each, or below the samples."""
    found = sniff(raw)
    if context.assay not in (None, "expression_counts") or found is None:
        return False
    names = [name.strip() for name in found.first]
    if _is_firehose(found):
        return True
    return _ID in names and (_READS in names or any(_MATRIX.match(name) for name in names))


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read counts; reads per million and the mark of cross-mapped reads are left out.

    Isoforms are added up to the mature miRNA that they are of (MIMAT accession), as GDCRNATools does (Li et al. 2018,
    doi:10.1093/bioinformatics/bty124); those of stem-loops, precursors and without annotation are left out and
    counted. Other tables count precursors (hsa-let-7a-1), which are no mature miRNAs: targets do not match them.
    """
    found = dialect_of(raw, "miRNA quantification of the GDC")
    table = read_table(raw, found, ())
    names = [name.strip() for name in table.names]
    if _is_firehose(found):
        below = [str(cell).strip() for cell in table.frame.row(0)]
        columns = {names[i]: i for i, quantity in enumerate(below) if quantity == _READS}
        id_column, skipped = 0, 1
        unread = sorted(set(below) - {_ID, _READS})
    else:
        columns = {m[1]: i for i, name in enumerate(names) if (m := _MATRIX.match(name))}
        if not columns and _READS in names:
            columns = {_READS: names.index(_READS)}
        id_column, skipped = names.index(_ID), 0
        unread = [name for i, name in enumerate(names) if i != id_column and i not in columns.values()]
    if not columns:
        message = f"no column is called {_READS}, so the file holds no counts"
        raise bad_input(raw.name, "header", "no_counts", message, "Download the raw counts, not reads per million.")
    counts = {f"reads in {name}" if name != _READS else _READS: pl.col(f"c{i}") for name, i in columns.items()}
    rows = table.frame.select(feature=pl.col(f"c{id_column}"), **counts).with_row_index("row").slice(skipped)
    if _REGION in names:
        mature = table.frame[f"c{names.index(_REGION)}"].str.extract(_MATURE)
        whole = rows.height
        rows = rows.with_columns(feature=mature).drop_nulls("feature")
        unread += [f"{whole - rows.height} isoforms of no mature miRNA"] if rows.height < whole else []
    if list(columns) == [_READS]:
        sample, problems = sample_of_file(raw, context)
        given: tuple[str, ...] = (sample,)
    else:
        given, problems = named_samples(raw, list(columns), context.study.sample_ids)
    return load_sums(raw, context, table, rows, list(counts), given, library="mirna", problems=problems, unread=unread)


def _is_firehose(found: Dialect) -> bool:
    is_first = found.first[0].strip() == _FIREHOSE and bool(found.rows)
    return is_first and found.rows[0][0].strip() == _ID and _READS in [cell.strip() for cell in found.rows[0]]


PARSER = Parser(
    name="gdc_mirna",
    version="1",
    product="GDC miRNA quantification",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
