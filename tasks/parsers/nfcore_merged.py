"""Merged tables of nf-core/rnaseq: genes × samples from salmon, kallisto or RSEM."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import polars as pl

from schemas.errors import bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.count_tables import CountTable, FloatArray, count_table, load_counts
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import named_samples

_NAME = re.compile(
    r"(?:salmon|kallisto|rsem)\.merged\.(gene|transcript)_(counts(?:_length_scaled|_scaled)?|tpm|lengths)\.tsv(?:\.gz)?$"
)
_COUNTS, _LENGTHS = WORDS = ("gene_counts", "gene_lengths")
_DESCRIBING = ("gene_id", "gene_name", "transcript_id(s)", "transcript_id", "tx", "tx_id")


def claims(raw: RawFile, context: Context) -> bool:
    """The pipeline's file names over its columns; others only when files.csv calls them counts."""
    name, found = _NAME.search(PurePosixPath(raw.name).name), sniff(raw)
    if context.assay not in (None, "expression_counts") or name is None or found is None:
        return False
    is_read = name[2].startswith("counts") or (name[1], name[2]) == ("gene", "lengths") or context.assay is not None
    return found.first[0] in _DESCRIBING and is_read


def parse(raw: RawFile, context: Context) -> Parsed:
    """Gene counts, estimated or scaled by length, of every sample, with the lengths that lie beside them.

    The table of lengths gives nothing by itself. Raises ``BadInputError`` for tables of transcripts and TPM, naming
    the table to give, and for lengths of other samples.
    """
    found, name = dialect_of(raw, "nf-core/rnaseq's merged table"), _NAME.search(PurePosixPath(raw.name).name)
    if name is None:
        raise bad_input(
            raw.name, "", "renamed_file", "the file's name does not tell what it holds", "Use the pipeline's file name."
        )
    if (name[1], name[2]) == ("gene", "lengths"):
        return _lengths_alone(raw, context)
    if name[1] == "transcript" or not name[2].startswith("counts") or "gene_id" not in found.first:
        raise bad_input(
            raw.name,
            "",
            "not_gene_counts",
            f"the table holds {name[1]} {name[2].replace('_', ' ')}, expected counts of genes",
            f"Give {name[0].split('.')[0]}.merged.gene_counts.tsv of the same run.",
        )
    samples = [i for i, column in enumerate(found.first) if column not in _DESCRIBING]
    counts = count_table(
        read_table(raw, found, samples, id_column=found.first.index("gene_id")),
        samples,
        id_column=found.first.index("gene_id"),
        symbol=found.first.index("gene_name") if "gene_name" in found.first else None,
    )
    counts = replace(counts, lengths=_lengths(raw, context, counts))
    names, problems = named_samples(raw, counts.samples, context.study.sample_ids)
    unread = [column for column in found.first if column in _DESCRIBING[2:]]
    return load_counts(raw, context, counts, names, problems=problems, unread=unread, is_estimated=True)


def _lengths(raw: RawFile, context: Context, counts: CountTable) -> FloatArray | None:
    """Average transcript lengths as the counts stand, genes x samples; null where no such table lies beside them."""
    beside = context.beside(raw, _LENGTHS, WORDS)
    if beside is None:
        return None
    found = dialect_of(beside, "nf-core/rnaseq's merged table of lengths")
    if missing := [s for s in counts.samples if s not in found.first] or "gene_id" not in found.first:
        lacking = "gene_id" if isinstance(missing, bool) else missing[0]
        raise bad_input(
            raw.name,
            "header",
            "files_do_not_fit",
            f"{beside.name} has no column {lacking}",
            "Put the tables of one run of the pipeline into the folder.",
            lacking,
        )
    at = [found.first.index(s) for s in counts.samples]
    table = read_table(beside, found, at, id_column=found.first.index("gene_id"))
    lengths = table.frame.select(pl.col(f"c{found.first.index('gene_id')}").alias("id"), *(f"c{i}" for i in at))
    joined = counts.ids.alias("id").to_frame().join(lengths.unique("id"), on="id", how="left", maintain_order="left")
    values = joined.drop("id").cast(pl.Float64).to_numpy(order="c")
    return np.where(values > 0, values, np.nan)


def _lengths_alone(raw: RawFile, context: Context) -> Parsed:
    if context.beside(raw, _COUNTS, WORDS) is not None:
        return Parsed({})
    message = f"the counts that these lengths belong to are not beside them, so they give nothing ({_COUNTS})"
    remedy = f"Put the {_COUNTS} table of the same run into the same folder."
    return Parsed({}, (warning(raw.name, "", "counts_missing", message, remedy),))


PARSER = Parser(
    name="nfcore_merged",
    version="2",
    product="nf-core/rnaseq merged counts",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
    beside=WORDS,
)
