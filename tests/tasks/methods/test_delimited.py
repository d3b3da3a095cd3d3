from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.contracts import HEAD_BYTES
from tasks.methods.delimited import dialect, dialect_of, is_plain, sniff, text_of
from tests.tasks.parsers.count_files import raw_file


@pytest.mark.parametrize(
    ("text", "separator", "names"),
    [
        ("a\tb\n1\t2\n", "\t", ("a", "b")),
        ("a,b\n1,2\n", ",", ("a", "b")),
        ("a;b\n1,5;2,5\n2,5;3,5\n", ";", ("a", "b")),
        ('"a" "b"\n"x" 1 2\n', " ", ("", "a", "b")),
        ("a,b\nx,1,2\n", ",", ("", "a", "b")),
        ("a,b\nx,1,\ny,2,\n", ",", ("a", "b", "")),
        ("a,b,\nx,1\ny,2\n", ",", ("a", "b")),
        ("sep=|\na|b\n1|2\n", "|", ("a", "b")),
        ("# one\n#two\n\na,b\n1,2\n", ",", ("a", "b")),
        ('a,"b, c"\n1,2\n', ",", ("a", "b, c")),
        ("gene\tnote\nx\tp;q;r\ny\ts;t;u\n", "\t", ("gene", "note")),
        ("a\tb\n", "\t", ("a", "b")),
    ],
)
def test_separator_and_names_are_found(text: str, separator: str, names: tuple[str, ...]) -> None:
    found = dialect(text)
    assert found is not None
    assert (found.separator, found.names) == (separator, names)


@pytest.mark.parametrize("text", ["", "\n\n", "one\ntwo\nthree\n", "just a sentence\n", "# only a comment\n"])
def test_what_has_no_columns_has_no_dialect(text: str) -> None:
    assert dialect(text) is None


def test_comments_and_the_line_of_the_header_are_kept() -> None:
    found = dialect("# Program:x\n\na,b\n1,2\n")
    assert found is not None
    assert (found.comments, found.line) == (("# Program:x",), 3)


def test_the_cut_last_line_of_the_head_is_left_out(tmp_path: Path) -> None:
    found = sniff(raw_file(tmp_path, "a,b\n" + "x,1\n" * HEAD_BYTES))
    assert found is not None
    assert set(map(len, found.rows)) == {2}


def test_a_header_longer_than_the_head_is_read_whole(tmp_path: Path) -> None:
    names = [f"ENSG{i:011d}" for i in range(HEAD_BYTES // 10)]
    found = sniff(raw_file(tmp_path, ",".join(["s", *names]) + "\nS1" + ",1" * len(names) + "\n"))
    assert found is not None
    assert found.names[1:] == tuple(names)


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08broken", b"\x00\x01" * 50, b"", b"PK\x03\x04\x00\x00\x00"])
def test_sniffing_never_raises(tmp_path: Path, content: bytes) -> None:
    assert sniff(raw_file(tmp_path, content)) is None


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b"\x00\x01\x02" * 50, "not_text"),
        (gzip.compress(b"a,b\n" * 500, mtime=0)[:-12], "damaged_gzip"),
        (b"prose without columns", "not_delimited"),
    ],
)
def test_unreadable_files_are_explained(tmp_path: Path, content: bytes, rule: str) -> None:
    with pytest.raises(BadInputError) as error:
        dialect_of(raw_file(tmp_path, content), "a table")
    assert error.value.problems[0].rule == rule


def test_only_files_that_need_it_are_decoded(tmp_path: Path) -> None:
    assert is_plain(raw_file(tmp_path, b"a,b\r\n1,2\r\n"))
    for content in (b"a,b\r1,2\r", "a,b".encode("utf-16"), "a,b".encode("utf-8-sig"), gzip.compress(b"a,b\n1,2\n")):
        assert not is_plain(raw_file(tmp_path, content))


def test_text_is_decoded_with_newlines(tmp_path: Path) -> None:
    assert text_of(raw_file(tmp_path, "µ\r\n1\r2".encode("utf-16"))) == "µ\n1\n2"
