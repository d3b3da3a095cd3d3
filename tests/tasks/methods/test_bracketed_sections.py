from __future__ import annotations

from pathlib import Path

from tasks.methods.bracketed_sections import sections, values
from tests.tasks.parsers.bench_files import raw_file

TEXT = 'Made by X\n[One]\nKey,1,2\n"Remarks","a, b",\n[Two]\nSize,3\n[Two]\nSize,4\n'


def test_rows_stand_under_their_title_with_their_line(tmp_path: Path) -> None:
    found = sections(raw_file(tmp_path, TEXT.encode()), "X")
    assert list(found) == ["", "One", "Two", "Two 2"]
    assert found["One"][1] == (3, ["Key", "1", "2"])
    assert found["One"][2] == (4, ["Remarks", "a, b", ""])
    assert values(found["One"], "key") == ["1", "2"]
    assert values(found["One"], "nothing") is None
    assert values(found["Two 2"], "size") == ["4"]


def test_the_most_frequent_separator_separates(tmp_path: Path) -> None:
    for separator in "\t;":
        text = TEXT.replace(",", separator) + "note: a tab \t in words\n"
        found = sections(raw_file(tmp_path, text.encode("utf-16")), "X")
        assert values(found["One"], "key") == ["1", "2"]
