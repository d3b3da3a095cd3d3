"""Merged tables of nf-core/rnaseq: genes × samples from salmon, kallisto or RSEM."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.count_tables import count_table, load_counts
from tasks.methods.delimited import dialect_of, sniff
from tasks.methods.delimited_table import read_table
from tasks.methods.sample_names import named_samples

_NAME = re.compile(
    r"(?:salmon|kallisto|rsem)\.merged\.(gene|transcript)_(counts(?:_length_scaled|_scaled)?|tpm|lengths)\.tsv(?:\.gz)?$"
)
_DESCRIBING = ("gene_id", "gene_name", "transcript_id(s)", "transcript_id", "tx", "tx_id")


def claims(raw: RawFile, context: Context) -> bool:
    """The pipeline's file names over its columns; TPM and lengths only when files.csv calls them counts."""
    name, found = _NAME.search(PurePosixPath(raw.name).name), sniff(raw)
    if context.assay not in (None, "expression_counts") or name is None or found is None:
        return False
    return found.first[0] in _DESCRIBING and (name[2].startswith("counts") or context.assay is not None)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Gene counts, estimated or scaled by length, of every sample.

    Raises ``BadInputError`` for tables of transcripts, TPM and lengths, naming the table to give.
    """
    found, name = dialect_of(raw, "nf-core/rnaseq's merged table"), _NAME.search(PurePosixPath(raw.name).name)
    if name is None:
        raise bad_input(
            raw.name, "", "renamed_file", "the file's name does not tell what it holds", "Use the pipeline's file name."
        )
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
    names, problems = named_samples(raw, counts.samples, context.study.sample_ids)
    unread = [column for column in found.first if column in _DESCRIBING[2:]]
    return load_counts(raw, context, counts, names, problems=problems, unread=unread, is_estimated=True)


PARSER = Parser(
    name="nfcore_merged",
    version="1",
    product="nf-core/rnaseq merged counts",
    assays=("expression_counts",),
    claims=claims,
    parse=parse,
    references=("features",),
)
