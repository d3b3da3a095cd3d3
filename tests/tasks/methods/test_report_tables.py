from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.report_blocks import Cell
from tasks.methods.report_tables import cell, grid, heading, labelled, slug, without_bookkeeping, words


def test_rows_beyond_the_limit_are_counted_and_said_where() -> None:
    made = grid(pl.DataFrame({"a": range(5)}), "Numbers", "n", rows=2, rest="All: the exports.", note="In order.")
    assert [row[0].text for row in made.rows] == ["0", "1"]
    assert made.note == "The first 2 of 5 rows. All: the exports. In order."
    whole = grid(pl.DataFrame({"a": range(2)}), "Numbers", "n", rows=2, rest="All: the exports.")
    assert whole.note == ""


def test_columns_of_nothing_are_left_out_and_unknown_ones_too() -> None:
    frame = pl.DataFrame({"a": ["x"], "b": [None]}, schema={"a": pl.String, "b": pl.Float64})
    assert grid(frame, "c", "c", ("a", "b", "z")).columns == ("a",)


def test_numbers_keep_their_exact_value_and_p_values_their_print() -> None:
    assert cell("mean", 1 / 3) == Cell("0.333", 1 / 3)
    assert cell("hyper_padj", 1e-9) == Cell("< 0.001", 1e-9)
    assert cell("is_hub", True) == Cell("yes")
    assert cell("flag", None) == Cell("")
    assert cell("at", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == Cell("2026-01-02 03:04")
    assert cell("names", ["µ", "b"]) == Cell('["µ", "b"]')


def test_cells_can_lead_somewhere_and_rows_be_led_to() -> None:
    frame = pl.DataFrame({"stars": ["**", "ns"], "at": ["wells-1", "wells-2"]})
    made = grid(frame, "c", "c", ("stars",), links={"stars": "at"}, anchors=lambda row: f"row-{row['at']}")
    assert [row[0].href for row in made.rows] == ["#wells-1", "#wells-2"]
    assert made.anchors == ("row-wells-1", "row-wells-2")


def test_ids_are_said_by_their_names() -> None:
    shown = labelled({"il1b": "IL-1β"})
    assert [shown(v).text for v in ("il1b", "other", None)] == ["IL-1β", "other", ""]
    assert words("no_blank_on_plate").text == "no blank on plate"


@pytest.mark.parametrize(
    ("name", "text"), [("time_h", "time (h)"), ("is_hub", "hub"), ("sample_id", "sample"), ("padj", "p adjusted")]
)
def test_headings_are_words_with_units(name: str, text: str) -> None:
    assert heading(name) == text


def test_bookkeeping_is_left_out() -> None:
    assert without_bookkeeping(pl.DataFrame({"study_id": ["s"], "a": [1]})).columns == ["a"]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3), st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_an_anchor_is_safe_in_a_page(one: list[str], other: list[str]) -> None:
    safe = slug(*one)
    assert safe
    assert not set(safe) & set(" \"'<>&#%")
    if len(one) == len(other) == 1 and one != other:
        assert slug(*one) != slug(*other)


def test_a_reason_stands_beside_what_is_empty_and_its_code_is_explained() -> None:
    frame = pl.DataFrame({"gene": ["a", "b"], "padj": [0.1, None], "na_reason": [None, "low_count"]})
    made = grid(frame, "c", "c")
    assert made.columns == ("gene", "p adjusted", "why empty")
    assert made.note == "Low count: too few reads for the independent filter (no adjusted p-value)."


def test_a_reason_of_columns_that_are_not_shown_is_told_below_the_table() -> None:
    frame = pl.DataFrame({"gene": ["a", "b"], "n": [3, 3], "na_reason": ["one_reference_gene"] * 2})
    made = grid(frame.with_columns(m_value=pl.lit(None, pl.Float64), time_h=pl.lit(None, pl.Float64)), "c", "c")
    assert made.columns == ("gene", "n")
    assert made.note.startswith(
        "Empty and not shown: m value. Why, in every row: stability is a comparison of reference genes"
    )
