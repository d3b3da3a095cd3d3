from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from tasks.methods.delimited import dialect_of
from tasks.methods.delimited_table import TextTable, is_number, read_table, read_transposed
from tests.tasks.parsers.count_files import raw_file


def read(folder: Path, content: str | bytes, numeric: tuple[int, ...] = (1,)) -> TextTable:
    raw = raw_file(folder, content)
    return read_table(raw, dialect_of(raw, "a table"), numeric)


@pytest.mark.parametrize(
    "text", ["a,b,c\nx,1,p\ny,2.5,\n", "a,b,c\n\nx,1,p\n\ny,2.5,\n\n", '"a","b","c"\r\n"x","1","p"\r\ny, 2.5,""\r\n']
)
def test_the_fast_and_the_careful_reading_agree(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).frame.rows() == [("x", 1.0, "p"), ("y", 2.5, "")]


def test_rows_after_blank_lines_and_quoted_line_breaks_keep_their_line(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b,c\n\n"x",1,"two\nlines"\n\ny,2,z\n')
    assert [table.line(row) for row in (0, 1)] == [3, 6]
    assert table.place(1, 1) == "line 6, column b"


def test_numbers_that_are_missing_from_a_numeric_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as error:
        read(tmp_path, "a,b,c\nx,,p\ny,2_0,q\nz,0x1,r\n")
    assert [(p.place, p.value) for p in error.value.problems] == [
        ("line 2, column b", ""),
        ("line 3, column b", "2_0"),
        ("line 4, column b", "0x1"),
    ]


def test_every_kind_of_wrong_cell_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as error:
        read(tmp_path, "a,b,c\nw,1.5,p\nx,-3,p\ny,NA,q\nz,inf,r\nv,2,r\n")
    assert [(str(p.severity), p.rule, p.place, p.value) for p in error.value.problems] == [
        ("local", "count_not_a_number", "line 4, column b", "NA"),
        ("local", "count_not_a_number", "line 5, column b", "inf"),
        ("local", "negative_count", "line 3, column b", "-3"),
        ("warning", "fractional_counts", "line 2, column b", "1.5"),
    ]
    with pytest.raises(BadInputError) as error:
        read(tmp_path, "a,b\nx,NA\n" + "".join(f"y{i},-1.25\n" for i in range(9)))
    assert [p.rule for p in error.value.problems] == ["count_not_a_number", *["negative_count"] * 5]
    assert "one of 9 such places" in error.value.problems[1].message


def test_commas_are_decimal_where_any_number_shows_it(tmp_path: Path) -> None:
    assert read(tmp_path, "a;b\nx;1,250\ny;0,5\n").frame["c1"].to_list() == [1.25, 0.5]
    with pytest.raises(BadInputError, match="thousands or decimals"):
        read(tmp_path, "a;b\nx;1,250\ny;3\n")


def test_a_transposed_table_has_samples_as_columns(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, "sample,sex,A,B\nS1,f,1,2\nS2,m,3,4\n")
    table = read_transposed(raw, dialect_of(raw, "a table"), [1])
    assert table.names == ("sample", "S1", "S2")
    assert table.frame.rows() == [("A", 1.0, 3.0), ("B", 2.0, 4.0)]
    assert table.place(1, 2) == "line 3, column B"


@pytest.mark.parametrize("cell", ["1", "-1.5", "1e5", "1,5", "1,234,567", ".5", "nan"])
def test_numbers(cell: str) -> None:
    assert is_number(cell)


@pytest.mark.parametrize("cell", ["", "x", "1_000", "1;5", "A1", "1,5,5", "0x1"])
def test_no_numbers(cell: str) -> None:
    assert not is_number(cell)
