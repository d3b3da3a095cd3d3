from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.lines import read_content, read_lines
from tests.tasks.parsers.bench_files import raw_file


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a\t"1,234"\nb\t3\'UTR', [["a", "1,234"], ["b", "3'UTR"]]),
        ('a,"ACTB, GAPDH"\nb,1', [["a", "ACTB, GAPDH"], ["b", "1"]]),
        ("a;1,5\nb;2,5", [["a", "1,5"], ["b", "2,5"]]),
        ('a\t5" plate', [["a", '5" plate']]),
    ],
)
def test_lines_are_split_as_the_program_joined_them(text: str, rows: list[list[str]], tmp_path: Path) -> None:
    assert read_lines(raw_file(tmp_path, text.encode()), "X") == rows


@pytest.mark.parametrize(
    "content", [b"", b"\r\n \n", b"FCS3.0" + bytes(range(256)) * 4, gzip.compress(b"a\tb" * 999, mtime=0)[:40]]
)
def test_empty_binary_and_damaged_files_are_bad_input(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"landing/export\.txt"):
        read_lines(raw_file(tmp_path, content), "X")


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    assert read_content(raw_file(tmp_path, gzip.compress(b"a"), "a.txt.gz"), "X") == b"a"
