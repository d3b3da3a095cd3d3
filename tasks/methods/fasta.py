"""FASTA text."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import bad_input
from tasks.contracts import RawFile
from tasks.methods.delimited import text_of


@dataclass(frozen=True)
class Record:
    """One sequence: its header without ``>``, its letters without blanks, the line of its header."""

    header: str
    sequence: str
    line: int


def read_fasta(raw: RawFile) -> list[Record]:
    """Every record of a FASTA file, plain or gzipped, in its order.

    Raises ``BadInputError`` with its line for text before the first header, a header without a name,
    and letters that no nucleotide has.
    """
    records: list[Record] = []
    remedy = "Name a FASTA file: `>id` on a line of its own, then the sequence."
    parts = text_of(raw, "FASTA").split("\n>")
    first, line = parts[0].lstrip("\n "), 1
    if not first.startswith(">"):
        raise bad_input(raw.name, "line 1", "no_fasta", "the text does not begin with a `>` header", remedy, first[:60])
    for part in (first[1:], *parts[1:]):
        header, _, body = part.partition("\n")
        sequence = "".join(body.split())
        if not header.strip():
            raise bad_input(raw.name, f"line {line}", "no_fasta", "the header has no name", remedy)
        if sequence and not sequence.strip("*-").isalpha():
            message = f"{header.split()[0]} has letters that no nucleotide has"
            raise bad_input(raw.name, f"line {line}", "no_fasta", message, remedy, sequence[:60])
        records.append(Record(header.strip(), sequence, line))
        line += part.count("\n") + 1
    return records
