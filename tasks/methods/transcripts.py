"""Transcript abundances of one sample to gene counts, as tximport does."""

from __future__ import annotations

import polars as pl

from schemas.errors import Problem, Severity, bad_input
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.annotation import read_tx2gene
from tasks.methods.count_tables import CountTable, load_counts
from tasks.methods.delimited import dialect_of
from tasks.methods.delimited_table import read_table
from tasks.methods.feature_ids import unversioned
from tasks.methods.sample_names import sample_of_file

_SHOWN = 3


def gene_counts(transcripts: pl.DataFrame, tx2gene: pl.DataFrame) -> pl.DataFrame:
    """Counts and effective lengths of genes, one row a gene of ``transcripts``, by gene id.

    ``transcripts``: transcript_id, count (estimated reads), tpm, effective_length (nt), one row a
    transcript of one sample. ``tx2gene``: transcript_id without version, gene_id. The count is the sum;
    the length is the mean weighted by abundance, null where the gene has none in this sample
    (tximport then takes the geometric mean of the other samples, which one file cannot know).
    Transcripts without gene are left out.

    Soneson, Love & Robinson 2015, doi:10.12688/f1000research.7563.2
    """
    return (
        transcripts.with_columns(unversioned(_bare(transcripts["transcript_id"])))
        .join(tx2gene, on="transcript_id", how="inner")
        .group_by("gene_id")
        .agg(
            pl.col("count").sum(),
            ((pl.col("tpm") * pl.col("effective_length")).sum() / pl.col("tpm").sum()).alias("effective_length"),
        )
        .with_columns(pl.col("effective_length").fill_nan(None))
        .sort("gene_id")
    )


def parse_quantification(raw: RawFile, context: Context, columns: dict[str, str], *, tool: str) -> Parsed:
    """Gene counts of a per-sample transcript table.

    ``columns`` gives the file's names of transcript_id, count, tpm and effective_length. Raises
    ``BadInputError`` without tx2gene, or when it knows none of the transcripts.
    """
    found = dialect_of(raw, f"{tool}'s table of transcripts")
    if any(name not in found.names for name in columns.values()):
        raise bad_input(
            raw.name,
            "line 1",
            "missing_columns",
            f"expected {tool}'s columns {', '.join(columns.values())}",
            f"Give the file as {tool} wrote it.",
        )
    at = {ours: found.names.index(theirs) for ours, theirs in columns.items()}
    table = read_table(raw, found, [i for name, i in at.items() if name != "transcript_id"])
    transcripts = table.frame.select(pl.col(f"c{i}").alias(name) for name, i in at.items())
    reference = context.references.get("tx2gene")
    if reference is None:
        raise bad_input(
            raw.name,
            "",
            "no_tx2gene",
            f"{tool} counts transcripts, and study.yaml names no table of their genes",
            "Add annotation: {tx2gene: reference/tx2gene.tsv} to study.yaml, columns transcript_id and gene_id.",
        )
    genes = gene_counts(transcripts, read_tx2gene(reference))
    problems = _left_out(raw, transcripts, read_tx2gene(reference), reference.name)
    sample, unknown = sample_of_file(raw, context)
    counts = CountTable(
        genes["gene_id"],
        (sample,),
        genes.select("count").to_numpy(order="c"),
        lambda row, _: f"gene {genes['gene_id'][row]}",
        lambda row: f"gene {genes['gene_id'][row]}",
        lengths=genes.select(pl.col("effective_length").fill_null(float("nan"))).to_numpy(order="c"),
    )
    return load_counts(raw, context, counts, (sample,), problems=(*unknown, *problems), is_estimated=True)


def _left_out(raw: RawFile, transcripts: pl.DataFrame, tx2gene: pl.DataFrame, reference: str) -> tuple[Problem, ...]:
    """Say how many transcripts and reads have no gene; refuse when all of them."""
    ids = unversioned(_bare(transcripts["transcript_id"]))
    missing = transcripts.filter(~ids.is_in(tx2gene["transcript_id"].implode()))
    if not missing.height:
        return ()
    shown = ", ".join(missing["transcript_id"].head(_SHOWN))
    if missing.height == transcripts.height:
        raise bad_input(
            raw.name,
            "",
            "foreign_tx2gene",
            f"{reference} knows none of the {transcripts.height} transcripts (first {shown}; it has "
            f"{', '.join(tx2gene['transcript_id'].head(_SHOWN))})",
            "Use the transcript table of the annotation that the index was built from.",
            shown,
        )
    total = float(transcripts["count"].sum())
    share = float(missing["count"].sum()) / total if total else 0.0
    return (
        Problem(
            Severity.WARNING,
            raw.name,
            "",
            shown,
            "transcripts_without_gene",
            f"{missing.height} of {transcripts.height} transcripts with {share:.2%} of the reads have no gene in "
            f"{reference} and are left out (first {shown})",
            "Use the transcript table of the annotation that the index was built from.",
        ),
    )


def _bare(ids: pl.Series) -> pl.Series:
    """Transcript id of GENCODE's long names ``ENST…|ENSG…|…``."""
    return ids.str.replace(r"\|.*$", "")
