"""Sequences of circRNAs and other RNAs without known targets: their miRNA sites, predicted from sequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.fasta import Record, read_fasta
from tasks.methods.feature_ids import CIRCRNA
from tasks.methods.mature_mirnas import mature_mirnas, of_organism
from tasks.methods.problem_lists import several
from tasks.methods.seed_sites import SITE_TYPES, seed_sites
from tasks.methods.site_context import site_context
from tasks.methods.target_tables import ASSAY, TABLE

SITES, SOURCE = "mirna_sites", "seed sites"
_TYPES = SITE_TYPES[:-1]  # 6mers are too common to tell anything
_CHUNK = 2**19  # nucleotides whose sites are held at once


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the study names it among targets or sequences and it is FASTA."""
    return context.assay == ASSAY and raw.head.lstrip().startswith(b">")


def parse(raw: RawFile, context: Context) -> Parsed:
    """Find the sites of every mature miRNA of the study's species in every sequence; all pairs are ``predicted``.

    A sequence is a circle where its id is that of a circRNA or its header says `circ`; then sites may cross
    the junction. The id is the header's first word. Raises ``BadInputError`` without annotation.mirna_mature.
    """
    mature = context.references.get("mirna_mature")
    if mature is None:
        message = "sites can only be found where study.yaml names the miRNAs' sequences"
        raise bad_input(raw.name, "", "no_mature_mirnas", message, "Name annotation.mirna_mature, miRBase's mature.fa.")
    organism = context.study.config.organism
    mirnas = of_organism(mature_mirnas(mature), organism).unique("name", keep="first", maintain_order=True)
    if mirnas.is_empty():
        message = f"{mature.name} has no mature miRNA of {organism}"
        raise bad_input(raw.name, "", "no_mature_mirnas", message, "Name miRBase's mature.fa, or correct the organism.")
    records, problems = _distinct(raw)
    ids = [record.header.split()[0] for record in records]
    circles = _circles(records, ids)
    found = [
        _sites(mirnas, records[first:last], ids[first:last], circles[first:last])
        for first, last in _chunks([len(record.sequence) for record in records])
    ]
    sites = pl.concat(found)
    return Parsed({TABLE: _pairs(sites, ids, circles)}, problems, derived={SITES: sites})


def _distinct(raw: RawFile) -> tuple[list[Record], tuple[Problem, ...]]:
    """Records of the file, the first of each id; those that are left out or empty are told."""
    records: dict[str, Record] = {}
    twice, empty = [], []
    for record in read_fasta(raw):
        name = record.header.split()[0]
        if not record.sequence:
            empty.append(name)
        elif records.setdefault(name, record) is not record:
            twice.append(name)
    problems = [
        warning(raw.name, "", rule, f"{len(names)} sequences {what} ({several(names)})", remedy)
        for rule, names, what, remedy in (
            ("duplicate_sequence", twice, "stand more than once; the first counts", "Give each its own id."),
            ("empty_sequence", empty, "have no nucleotide and are left out", "Write the sequence below the header."),
        )
        if names
    ]
    if not records:
        raise bad_input(raw.name, "", "no_sequences", "the file holds no sequence", "Name a FASTA file of sequences.")
    return list(records.values()), tuple(problems)


def _circles(records: Sequence[Record], ids: Sequence[str]) -> list[bool]:
    by_id = pl.Series(ids, dtype=pl.String).str.contains(CIRCRNA).to_list()
    return [known or "circ" in record.header.lower() for known, record in zip(by_id, records, strict=True)]


def _chunks(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ranges of records that are looked at together."""
    first = size = 0
    for at, length in enumerate(lengths):
        if at > first and size + length > _CHUNK:
            yield first, at
            first, size = at, 0
        size += length
    yield first, len(lengths)


def _sites(
    mirnas: pl.DataFrame, records: Sequence[Record], ids: Sequence[str], circles: Sequence[bool]
) -> pl.DataFrame:
    """Rows of core.mirna_sites."""
    sequences, mature = [record.sequence for record in records], mirnas["sequence"].to_list()
    sites = site_context(seed_sites(mature, sequences, circles), mature, sequences, circles)
    return sites.select(
        mirnas["name"].gather(sites["mirna"]).alias("mirna"),
        pl.Series("target_id", ids, pl.String).gather(sites["sequence"]),
        (pl.col("t1") + 1).alias("position_nt"),
        pl.Series("site_type", _TYPES, pl.String).gather(sites["site_type"]),
        "spans_junction",
        "au_content",
        "supplementary_score",
    )


def _pairs(sites: pl.DataFrame, ids: Sequence[str], circles: Sequence[bool]) -> pl.DataFrame:
    """Rows of core.mirna_targets: the pairs, with the numbers of their sites as evidence."""
    rings = [name for name, is_circle in zip(ids, circles, strict=True) if is_circle]
    counts = [(pl.col("site_type") == kind).sum().alias(kind) for kind in _TYPES]
    said = [pl.when(pl.col(kind) > 0).then(pl.format("{} {}", pl.col(kind), pl.lit(kind))) for kind in _TYPES]
    return (
        sites.group_by("mirna", "target_id")
        .agg(*counts, pl.len().alias("site_count"))
        .select(
            "mirna",
            "target_id",
            pl.lit(None, pl.String).alias("target_symbol"),
            pl.when(pl.col("target_id").is_in(rings)).then(pl.lit("circrna")).alias("target_class"),
            pl.lit(SOURCE).alias("source"),
            pl.concat_str(*said, separator=", ", ignore_nulls=True).alias("evidence"),
            pl.lit("predicted").alias("tier"),
            pl.col("site_count").cast(pl.Int64),
        )
        .sort("mirna", "target_id")
    )


PARSER = Parser(
    name="target_sequences",
    version="1",
    product="sequences for target prediction (FASTA)",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    references=("mirna_mature",),
)
