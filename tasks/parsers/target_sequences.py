"""Sequences of circRNAs and other RNAs without known targets: their miRNA sites, predicted from sequence."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.errors import Problem, bad_input, warning
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.fasta import Record, read_fasta
from tasks.methods.feature_ids import CIRCRNA
from tasks.methods.predicted_targets import SITES, predicted_pairs, predicted_sites, study_mirnas
from tasks.methods.problem_lists import several
from tasks.methods.target_tables import ASSAY, TABLE


def claims(raw: RawFile, context: Context) -> bool:
    """Whether the study names it among targets or sequences and it is FASTA."""
    return context.assay == ASSAY and raw.head.lstrip().startswith(b">")


def parse(raw: RawFile, context: Context) -> Parsed:
    """Find the sites of every mature miRNA of the study's species in every sequence; all pairs are ``predicted``.

    The sites are of the types of ``cerna.site_types``.

    A sequence is a circle where its id is that of a circRNA or its header says `circ`; then sites may cross
    the junction. The id is the header's first word. Raises ``BadInputError`` without annotation.mirna_mature.
    """
    mirnas = study_mirnas(raw, context)
    records, problems = _distinct(raw)
    ids = [record.header.split()[0] for record in records]
    circles = _circles(records, ids)
    sequences, types = [record.sequence for record in records], context.study.config.cerna.site_types
    sites = predicted_sites(mirnas, ids, sequences, circles, types)
    rings = [name for name, is_circle in zip(ids, circles, strict=True) if is_circle]
    return Parsed({TABLE: predicted_pairs(sites, rings)}, problems, derived={SITES: sites})


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


PARSER = Parser(
    name="target_sequences",
    version="1",
    product="sequences for target prediction (FASTA)",
    assays=(ASSAY,),
    claims=claims,
    parse=parse,
    references=("mirna_mature",),
    options=("organism", "cerna.site_types"),
)
