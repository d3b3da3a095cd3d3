from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.fasta import read_fasta
from tests.tasks.parsers.bench_files import raw_file


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_records_lines_and_blanks(tmp_path: Path, end: str, pack: type[bytes]) -> None:
    text = end.join([">a one", "ACGU", "ac gu", "", ">b", "", ">c", "NNN"])
    found = read_fasta(raw_file(tmp_path, pack(text.encode()), "x.fa"))
    assert [(r.header, r.sequence, r.line) for r in found] == [("a one", "ACGUacgu", 1), ("b", "", 5), ("c", "NNN", 7)]


@pytest.mark.parametrize(
    ("text", "words"),
    [("ACGU\n", "line 1: the text does not begin"), (">a\nAC\n> \nAC\n", "line 3: the header has no name"),
     (">a\nAC\n>b\nAC1\n", "line 3: b has letters"), ("", "is empty")],
)  # fmt: skip
def test_what_is_no_fasta_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read_fasta(raw_file(tmp_path, text.encode(), "x.fa"))
