"""Differences of two states of a table, against cases reckoned by hand and against a comparison row by row."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.result_changes import ABSOLUTE, RELATIVE, SCHEMA, changes

KEY = ("group_b", "time_h")


def rows_of(*rows: tuple[object, ...], run: str) -> pl.DataFrame:
    names = {"group_b": pl.String, "time_h": pl.Float64, "n_b": pl.Int64, "padj": pl.Float64, "stars": pl.String}
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(run_id=pl.lit(run))


def test_a_lost_star_comes_first_with_p_and_n_after_it() -> None:
    was = rows_of(("exo", 72.0, 3, 0.01, "*"), ("usc", 72.0, 3, 0.2, "ns"), run="old")
    now = rows_of(("exo", 72.0, 2, 0.06, "ns"), ("usc", 72.0, 3, 0.2, "ns"), run="new")
    found = changes(was, now, KEY, 0.05)
    assert found["column"].to_list() == ["stars", "padj", "n_b"]
    assert found["is_flip"].to_list() == [True, False, False]
    assert set(found["row"]) == {"group_b=exo time_h=72"}
    assert found["relative_change"].to_list() == [None, pytest.approx(5.0), pytest.approx(-1 / 3)]
    assert (found["was"][0], found["is"][0], found["run_before"][0], found["run_now"][0]) == ("*", "ns", "old", "new")


def test_another_number_of_stars_is_a_change_but_no_flip() -> None:
    was, now = (rows_of(("exo", 72.0, 3, p, s), run="r") for p, s in ((0.01, "**"), (0.02, "*")))
    assert changes(was, now, KEY, 0.05)["is_flip"].to_list() == [False, False]


def test_without_stars_a_p_value_that_crosses_alpha_flips() -> None:
    was, now = (rows_of(("exo", 72.0, 3, p, ""), run="r").drop("stars") for p in (0.02, None))
    assert changes(was, now, KEY, 0.05)["is_flip"].to_list() == [True]
    assert changes(was, now, KEY, 0.01)["is_flip"].to_list() == [False]


def test_rows_that_came_or_went_are_one_line_each_and_null_is_a_key() -> None:
    was = rows_of(("exo", None, 3, 0.01, "*"), ("usc", 24.0, 3, 0.5, "ns"), run="old")
    now = rows_of(("exo", None, 3, 0.01, "*"), ("gw", 24.0, 3, 0.01, "*"), run="new")
    found = changes(was, now, KEY, 0.05)
    assert set(found.select("kind", "row", "is_flip").iter_rows()) == {
        ("added", "group_b=gw time_h=24", True),
        ("removed", "group_b=usc time_h=24", False),
    }


def test_the_test_with_what_is_excluded_comes_with_the_exclusion_and_flips_nothing() -> None:
    role = pl.Series("role", ["primary", "including_excluded"])
    rows = rows_of(("exo", 72.0, 3, 0.01, "*"), ("exo", 72.0, 3, 0.001, "**"), run="new").with_columns(role)
    found = changes(rows.clear(), rows, (*KEY, "role"), 0.05)
    assert dict(found.select("row", "is_flip").rows()) == {
        "group_b=exo time_h=72 role=primary": True,
        "group_b=exo time_h=72 role=including_excluded": False,
    }


def test_nothing_in_nothing_out() -> None:
    empty = rows_of(run="r")
    found = changes(empty, empty, KEY, 0.05)
    assert (found.height, dict(found.schema)) == (0, SCHEMA)


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=20))
def test_numbers_differ_where_python_says_that_they_are_not_close(pairs: list[tuple[float, float]]) -> None:
    frames = [
        pl.DataFrame({"k": range(len(pairs)), "v": [p[i] for p in pairs]}, schema={"k": pl.Int64, "v": pl.Float64})
        for i in (0, 1)
    ]
    was, now = (f.with_columns(run_id=pl.lit("r")) for f in frames)
    found = changes(was, now, ["k"], 0.05)
    expected = {
        f"k={i}" for i, (a, b) in enumerate(pairs) if not math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    }
    assert set(found["row"]) == expected
    assert changes(now, was, ["k"], 0.05).height == found.height
