from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.methods.genome_cuts import chromosome_key, cut, spliced

GENOME = b">chr1 a comment\nACGT\nacgtn\nGG\n\n>chrM\r\nTTTA\r\n>scaffold_1\n>2\nCCCCC"


def genome(folder: Path, data: bytes = GENOME) -> Path:
    (folder / "g.fa").write_bytes(data)
    return folder / "g.fa"


def pieces(*rows: tuple[str, int, int]) -> pl.DataFrame:
    schema = {"chrom": pl.String, "start": pl.Int64, "end": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


@pytest.mark.parametrize("block", [1, 3, 7, 2**20])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_pieces_are_cut_over_lines_and_blocks_whatever_chromosomes_are_called(
    tmp_path: Path, block: int, pack: type[bytes]
) -> None:
    path = genome(tmp_path, pack(GENOME))
    wanted = pieces(("1", 1, 4), ("chr1", 4, 10), ("chr1", 11, 11), ("MT", 1, 4), ("chr2", 2, 3), ("1", 4, 5))
    assert cut(path, "g.fa", wanted, block=block) == [b"ACGT", b"TACGTNG", b"G", b"TTTA", b"CC", b"TA"]


def test_what_the_genome_does_not_hold_has_no_piece(tmp_path: Path) -> None:
    wanted = pieces(("1", 10, 12), ("3", 1, 1), ("scaffold_1", 1, 1), ("1", 11, 11))
    assert cut(genome(tmp_path), "g.fa", wanted) == [None, None, None, b"G"]
    assert cut(genome(tmp_path), "g.fa", pieces()) == []


def test_random_pieces_equal_slices_of_the_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    letters = "".join(rng.choice(list("ACGT"), 5000))
    lines = "\n".join(letters[i : i + 60] for i in range(0, 5000, 60))
    starts = rng.integers(1, 4800, 200).tolist()
    wanted = pieces(*[("7", start, start + int(rng.integers(0, 200))) for start in starts])
    found = cut(genome(tmp_path, f">7\n{lines}\n".encode()), "g.fa", wanted, block=257)
    assert found == [letters[s - 1 : e].encode() for _, s, e in wanted.iter_rows()]


def test_the_reverse_strand_is_read_backwards_with_its_complement() -> None:
    assert spliced([b"AAC", b"GTN"], "+") == "AACGTN"
    assert spliced([b"AAC", b"GTR"], "-") == "YACGTT"


def test_names_of_chromosomes_are_joined() -> None:
    assert chromosome_key(pl.Series(["chr1", "1", "chrM", "MT", "ChrX", "KI270728.1"])).to_list() == [
        *("1", "1", "MT", "MT", "X", "KI270728.1")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "holds no sequence"),
        (b"chr1\t1\t2\n", "does not begin with a `>` header"),
        (gzip.compress(GENOME * 100)[:-9], "not whole"),
    ],
)
def test_what_is_no_genome_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(BadInputError, match=f"reference/g.fa.*{said}"):
        cut(genome(tmp_path, data), "reference/g.fa", pieces(("1", 1, 1)))
