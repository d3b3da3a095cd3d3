from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.packed_text import text_lines

TEXT = "a\r\nβ\n\nlast"
PACKED = gzip.compress(TEXT.encode(), mtime=0)  # with the time of day, two processes would name tests differently


@pytest.mark.parametrize("data", [TEXT.encode(), PACKED])
def test_lines_are_the_same_plain_and_packed(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    assert list(text_lines(tmp_path / "x")) == ["a", "β", "", "last"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(TEXT.encode() * 99, mtime=0)[:-20], "not whole"),
        (PACKED[:-8] + b"\0" * 8, "not whole"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff", "not whole"),
        ("µ".encode("latin-1") + b"\n", "no UTF-8 text"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "x.obo").write_bytes(data)
    with pytest.raises(BadInputError, match=f"x.obo: .*{said}"):
        list(text_lines(tmp_path / "x.obo"))
