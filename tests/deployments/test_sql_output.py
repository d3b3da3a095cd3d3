from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deployments.sql_output import SHOWN_ROWS, chosen_format, write
from schemas.errors import UserError

WIDE_ROW = (
    "SELECT 1 AS a, 2 AS a, 0.00012345678901::DOUBLE AS pvalue, NULL AS na_reason, 'IL-1β, \"x\"' AS label, "
    "[1.5, 2.5] AS l, TIMESTAMPTZ '2026-01-02 03:04:05+00' AS at, 'nan'::DOUBLE AS n, 12.50::DECIMAL(6, 2) AS d"
)


def reader(sql: str) -> pa.RecordBatchReader:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        table = connection.execute(sql).to_arrow_table()
    return table.to_reader()


def written(sql: str, how: str) -> tuple[str, list[str]]:
    stream, told = io.StringIO(), list[str]()
    write(reader(sql), chosen_format(how, None), stream=stream, tell=told.append)
    return stream.getvalue(), told


def test_csv_keeps_every_digit_and_empty_means_null() -> None:
    text, told = written(WIDE_ROW, "csv")

    (row,) = csv.DictReader(io.StringIO(text))
    assert row["a"] == "1"
    assert row["a_1"] == "2"
    assert float(row["pvalue"]) == 0.00012345678901
    assert row["na_reason"] == ""
    assert row["label"] == 'IL-1β, "x"'
    assert told == []


def test_json_is_json() -> None:
    (row,) = json.loads(written(WIDE_ROW, "json")[0])

    assert row["pvalue"] == 0.00012345678901
    assert row["na_reason"] is None
    assert row["n"] is None
    assert row["l"] == [1.5, 2.5]
    assert row["at"].startswith("2026-01-02T03:04:05")
    assert row["d"] == 12.5
    assert json.loads(written("SELECT 1 AS a WHERE false", "json")[0]) == []


def test_parquet_and_csv_files_appear_whole(tmp_path: Path) -> None:
    for name in ("out.parquet", "out.csv", "out.json"):
        out = tmp_path / name
        write(reader(WIDE_ROW), chosen_format("table", out), output=out, stream=io.StringIO(), tell=print)
    assert pq.read_table(tmp_path / "out.parquet").column_names[:2] == ["a", "a_1"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.json", "out.parquet"]


def test_a_table_says_how_much_it_left_out() -> None:
    text, told = written(f"FROM range({SHOWN_ROWS + 5})", "table")

    assert f" {SHOWN_ROWS - 1} " in text
    assert f" {SHOWN_ROWS} " not in text
    assert len(told) == 1
    assert told[0].startswith(f"{SHOWN_ROWS + 5:,} rows, the first {SHOWN_ROWS} shown")


def test_a_piped_table_is_not_folded() -> None:
    text, _ = written("SELECT repeat('x', 500) AS long, NULL AS empty", "table")
    assert "x" * 500 in text
    assert "NULL" in text


def test_markup_in_data_is_data() -> None:
    assert "[bold]x" in written("SELECT '[bold]x' AS a", "table")[0]


@pytest.mark.parametrize(("wanted", "output"), [("xml", None), ("parquet", None)])
def test_wrong_format_is_the_users_mistake(wanted: str, output: Path | None) -> None:
    with pytest.raises(UserError):
        chosen_format(wanted, output)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"missing/out\.csv cannot be written"):
        write(reader("SELECT 1"), "csv", output=tmp_path / "missing" / "out.csv", stream=io.StringIO(), tell=print)


class Terminal(io.StringIO):
    """A terminal as wide as COLUMNS says."""

    def isatty(self) -> bool:
        return True


LONG = "SELECT " + ", ".join(f"repeat('value {n} ', 9) AS column_{n}" for n in range(7)) + ", NULL AS nothing"


@pytest.mark.parametrize(
    ("sql", "is_upright"),
    [
        (f"{LONG} FROM range(2)", True),
        (f"{LONG} FROM range(0)", False),
        ("SELECT repeat('long text ', 30) AS a, 1 AS b", False),
        ("SELECT 1 AS a, 2 AS b, 'short' AS c FROM range(3)", False),
    ],
    ids=["many wide columns", "no row", "one long column", "narrow"],
)
def test_a_row_too_wide_for_the_terminal_is_printed_upright(
    monkeypatch: pytest.MonkeyPatch, sql: str, *, is_upright: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    write(reader(sql), "table", stream=stream, tell=lambda _: None)
    text = stream.getvalue()
    assert ("row 1" in text) is is_upright
    if is_upright:
        assert "row 2" in text
        assert "value 6 value 6 value 6" in text
        assert "NULL" in text
        assert max(map(len, text.splitlines())) <= 80
