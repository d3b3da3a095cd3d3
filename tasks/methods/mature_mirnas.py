"""Mature miRNAs of miRBase's FASTA."""

from __future__ import annotations

import polars as pl

from tasks.contracts import RawFile
from tasks.methods.fasta import read_fasta
from tasks.methods.mirna_names import SPECIES


def mature_mirnas(raw: RawFile) -> pl.DataFrame:
    """Columns accession, name, sequence (RNA; letters that are no nucleotide are N) of every record with a MIMAT.

    Raises ``BadInputError`` for what is no FASTA.
    """
    rows = [
        (accession, words[0], record.sequence.upper().replace("T", "U"))
        for record in read_fasta(raw)
        if (words := record.header.split())
        and (accession := next((word for word in words if word.startswith("MIMAT")), None))
    ]
    text = dict.fromkeys(("accession", "name", "sequence"), pl.String)
    frame = pl.DataFrame(rows, schema=text, orient="row")
    return frame.with_columns(pl.col("sequence").str.replace_all(r"[^ACGU]", "N"))


def of_organism(names: pl.DataFrame, organism: str) -> pl.DataFrame:
    """Rows whose name has the organism's prefix; all where the organism has none here."""
    species = SPECIES.get(organism.strip().lower())
    return names.filter(pl.col("name").str.to_lowercase().str.starts_with(f"{species[0]}-")) if species else names
