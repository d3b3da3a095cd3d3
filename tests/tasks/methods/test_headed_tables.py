from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.headed_tables import HeadedTable, headed_table
from tests.tasks.parsers.bench_files import raw_file

TEXT = "made by X\n\nName;Conc.;Note\nC1;1,5;\nC2;ERROR;x\nC3;;\n\nfooter;1;2\n"


def is_header(cells: Sequence[str]) -> bool:
    return "Name" in cells


def table(folder: Path, text: str = TEXT) -> HeadedTable:
    return headed_table(raw_file(folder, text.encode()), "X", is_header, "Name, Conc.", "Export it again.")


def test_columns_are_found_by_name_and_numbers_read_with_the_tables_decimal_mark(tmp_path: Path) -> None:
    found = table(tmp_path)
    assert (found.line, len(found.rows)) == (3, 3)
    assert found.texts("name") == ["C1", "C2", "C3"]
    assert found.numbers("Concentration", "Conc.", words=("error",)) == [1.5, None, None]
    assert found.numbers("absent") == [None, None, None]
    assert found.unread("name", "conc.") == ("Note", "below the table: footer, 1, 2")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("nothing;here\n", "", "no line has the titles Name, Conc."),
        ("Name;Conc.\n", "line 1", "no row follows"),
        (TEXT.replace("C3;;", "C3"), "line 6", "cut off"),
    ],
)
def test_what_is_no_whole_table_is_refused(text: str, place: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        table(tmp_path, text)
    (problem,) = caught.value.problems
    assert (problem.place, words in problem.message) == (place, True)


def test_text_for_numbers_and_numbers_for_counts_are_refused_with_their_line(tmp_path: Path) -> None:
    found = table(tmp_path, TEXT.replace("ERROR", "many"))
    with pytest.raises(BadInputError, match=r"line 5, column Conc\.: 'many' is no number"):
        found.numbers("Conc.")
    with pytest.raises(BadInputError, match=r"line 4: 1\.5 is no count"):
        table(tmp_path).counts("Conc.", words=("error",))
    with pytest.raises(BadInputError, match=r"is no count"):
        table(tmp_path, TEXT.replace("1,5", "9" * 23)).counts("Conc.", words=("error",))
    assert table(tmp_path, TEXT.replace("1,5", "15")).counts("Conc.", words=("error",)) == [15, None, None]
