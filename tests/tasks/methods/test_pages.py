from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.pages import Page, read_pages
from tests.tasks.parsers.bench_files import raw_file
from tests.tasks.parsers.plate_files import workbook


def test_a_text_is_one_page_and_a_workbook_one_a_sheet(tmp_path: Path) -> None:
    (text,) = read_pages(raw_file(tmp_path, b"a;b\nc;d\n"), "x")
    assert (text.name, text.rows[:2], text.place(2)) == ("", [["a", "b"], ["c", "d"]], "line 2")
    book = raw_file(tmp_path, workbook({"one": [["a", 1]], "two": [["b", 2.5]]}), "b.xlsx")
    one, two = read_pages(book, "x")
    assert (one.rows, two.rows, two.place(1)) == ([["a", "1"]], [["b", "2.5"]], "sheet 'two', row 1")
    assert [p.name for p in read_pages(book, "x", lambda name: name == "two")] == ["two"]


def test_only_a_text_without_a_last_line_end_is_cut() -> None:
    assert Page("", [["a"], ["b"]]).is_cut
    assert not Page("", [["a"], [""]]).is_cut
    assert not Page("sheet", [["a"]]).is_cut
    assert not Page("", []).is_cut


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(64), b"PK\x03\x04 no workbook"])
def test_what_is_neither_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        read_pages(raw_file(tmp_path, content), "x")
