"""Pieces of a genome, cut out of its FASTA file in one pass."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from schemas.errors import bad_input

_GZIP = b"\x1f\x8b"
_BLOCK = 2**23  # bytes read at a time
_WHITE = b" \t\r\n"
_NO_PREFIX = r"^(?i:chr)"


def chromosome_key(names: pl.Series) -> pl.Series:
    """Names of chromosomes as they are joined: UCSC's chr1 and chrM are Ensembl's 1 and MT."""
    return names.str.replace(_NO_PREFIX, "").replace("M", "MT")


def cut(path: Path, name: str, pieces: pl.DataFrame, *, block: int = _BLOCK) -> list[bytes | None]:
    """The forward strand of each piece in capitals; null where the genome has no such chromosome or is too short.

    ``pieces``: chrom (any naming), start, end (1-based, inclusive). The file, plain or gzipped, is read once from
    its beginning; no more than a block of it and the pieces are in memory. ``name`` is for messages. Raises
    ``BadInputError`` for what is no FASTA.
    """
    keys = chromosome_key(pieces["chrom"])
    starts, ends = (pieces[column].to_numpy().astype(np.int64) for column in ("start", "end"))
    wanted = {str(key): np.flatnonzero(keys == key) for key in keys.unique()}
    found: dict[int, list[bytes]] = {}
    for chromosome, offset, letters in _blocks(path, name, block):
        of = wanted.get(chromosome)
        if of is None:
            continue
        here = of[(starts[of] <= offset + len(letters)) & (ends[of] > offset)]
        for piece in here.tolist():
            part = letters[max(0, int(starts[piece]) - 1 - offset) : int(ends[piece]) - offset]
            found.setdefault(piece, []).append(part.upper())
    whole = [b"".join(found.get(piece, ())) for piece in range(pieces.height)]
    return [
        letters if len(letters) == length else None
        for letters, length in zip(whole, (ends - starts + 1).tolist(), strict=True)
    ]


def spliced(pieces: Sequence[bytes], strand: str) -> str:
    """Pieces in the order of the forward strand as one RNA, 5′ to 3′."""
    whole = b"".join(pieces)
    return (whole.translate(_COMPLEMENT)[::-1] if strand == "-" else whole).decode("ascii")


_COMPLEMENT = bytes.maketrans(b"ACGTUNRYKMBVDHSW", b"TGCAANYRMKVBHDSW")


def _blocks(path: Path, name: str, block: int) -> Iterator[tuple[str, int, bytes]]:
    """Chromosome as it is joined, 0-based position and letters, one after the other."""
    remedy = "Name annotation.genome, the FASTA file of the whole genome, plain or gzipped."
    chromosome, offset = None, 0
    with path.open("rb") as raw:
        is_packed = raw.read(len(_GZIP)) == _GZIP
    try:
        with gzip.open(path) if is_packed else path.open("rb") as stream:
            while lines := stream.read(block):
                lines += stream.readline()
                for number, part in enumerate((b"\n" + lines).split(b"\n>")):
                    body = part
                    if number:
                        header, _, body = part.partition(b"\n")
                        words = header.split()
                        chromosome, offset = _joined(words[0] if words else b""), 0
                    if letters := body.translate(None, _WHITE):
                        if chromosome is None:
                            message = "the file does not begin with a `>` header"
                            raise bad_input(name, "line 1", "no_fasta", message, remedy, letters[:60].decode("latin-1"))
                        yield chromosome, offset, letters
                        offset += len(letters)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise bad_input(name, "", "damaged", f"the file is not whole: {error}", "Copy or download it again.") from None
    if chromosome is None:
        raise bad_input(name, "", "no_fasta", "the file holds no sequence", remedy)


def _joined(name: bytes) -> str:
    return str(chromosome_key(pl.Series([name.decode("utf-8", "replace")]))[0])
