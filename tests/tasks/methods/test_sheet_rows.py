from __future__ import annotations

from schemas.sheets import ComparisonRow, FileRow
from tasks.methods.sheet_rows import duplicates, listed_values, read_rows
from tasks.methods.sheets import Sheet, read_sheet

COLUMNS = ("file", "assay", "time_h")


def sheet(text: str) -> Sheet:
    return read_sheet("files.csv", text.encode(), COLUMNS, COLUMNS[:1], is_open=True)


def test_lists_are_split_at_semicolons_and_bars() -> None:
    assert listed_values(" a; b |c;;") == ["a", "b", "c"]
    text = "id,assays,time_h\nx,qpcr;western_blot,72\n"
    columns = ("id", "assays", "time_h")
    (row,), problems = read_rows(
        read_sheet("c.csv", text.encode(), columns, ("id",), is_open=False), ComparisonRow, ["assays"]
    )
    assert (row.assays, row.time_h, row.line, problems) == (["qpcr", "western_blot"], 72.0, 2, [])


def test_empty_cells_take_the_default_and_further_columns_become_attributes() -> None:
    (row,), problems = read_rows(sheet("file,assay,time_h,line,Lot\nx,,,7,\n"), FileRow)
    assert problems == []
    assert (row.assay, row.time_h, row.line, row.attributes) == (None, None, 2, {"line": "7", "Lot": ""})


def test_a_decimal_comma_is_a_number_in_a_semicolon_sheet_only() -> None:
    (row,), _ = read_rows(sheet("file;assay;time_h\nx;;0,5\n"), FileRow, numbers=["time_h"])
    assert row.time_h == 0.5
    (row,), (problem,) = read_rows(sheet('file,assay,time_h\nx,,"0,5"\n'), FileRow, numbers=["time_h"])
    assert (row.time_h, problem.rule, problem.value) == (None, "wrong_type", "0,5")


def test_every_broken_cell_is_a_problem_and_the_rest_of_its_row_is_kept() -> None:
    rows, problems = read_rows(sheet("file,assay,time_h\n,qpcrr,-1\nx,qpcr,nan\n"), FileRow)
    assert [(row.file, row.assay, row.line) for row in rows] == [("x", "qpcr", 3)]
    assert [(p.place, p.rule) for p in problems] == [
        ("line 2, column file", "missing_value"),
        ("line 2, column assay", "wrong_value"),
        ("line 2, column time_h", "wrong_value"),
        ("line 3, column time_h", "wrong_type"),
    ]
    assert problems[1].remedy == "Did you mean qpcr?"
    assert "'-1': expected greater than or equal to 0" in problems[2].message


def test_a_repeated_id_names_both_lines() -> None:
    read = sheet("file\na\nb\na\na\n")
    assert [(p.place, p.message) for p in duplicates(read, "file")] == [
        ("line 4, column file", "file 'a' already stands on line 2"),
        ("line 5, column file", "file 'a' already stands on line 2"),
    ]


def test_a_number_with_its_unit_is_told_how_to_write_it() -> None:
    _, (problem,) = read_rows(sheet("file,time_h\nlanding/a,48h\n"), FileRow)
    assert problem.remedy == "Write 48 (hours)."
