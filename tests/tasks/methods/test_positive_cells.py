from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.positive_cells import positive_cells

SAMPLES = pl.DataFrame({"sample_id": ["C1", "T1"], "experiment": ["a", "a"], "is_excluded": [False, False]})
TYPES = {"sample_id": pl.String, "stain": pl.String, "time_h": pl.Float64, "positive_count": pl.Int64,
         "total_count": pl.Int64, "flag": pl.String, "is_excluded": pl.Boolean}  # fmt: skip


def computed(*fields: tuple[int | None, int | None], **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any cell
    base = dict.fromkeys(TYPES) | {"sample_id": "C1", "stain": "b-gal", "is_excluded": False}
    rows = [base | {"positive_count": p, "total_count": t} | more for p, t in fields]
    (row,) = positive_cells(pl.DataFrame(rows, schema=TYPES), SAMPLES).to_dicts()
    return row


def test_fields_are_summed_before_the_percentage_is_taken() -> None:
    row = computed((10, 100), (90, 100), (0, 50))
    assert row["percent_positive"] == pytest.approx(40.0)  # the mean of the fields' own would be 33.3
    assert (row["positive_count"], row["total_count"], row["field_count"]) == (100, 250, 3)
    assert row["sd_fields"] == pytest.approx(pl.Series([10, 90, 0]).std())
    assert (row["flag"], row["na_reason"]) == (None, None)


@pytest.mark.parametrize(("total", "flag"), [(199, "few_cells"), (200, None)])
def test_fewer_than_200_cells_are_flagged(total: int, flag: str | None) -> None:
    assert computed((10, total))["flag"] == flag


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([(None, 300)], "no_positive_count"),
        ([(30, None)], "no_total_count"),
        ([(0, 0)], "no_cells"),
        ([(10, 100), (10, 100), (10, None)], "fields_do_not_match"),
        ([(10, 100), (None, 100)], "fields_do_not_match"),
    ],
)
def test_what_was_not_counted_is_no_percentage(fields: list[tuple[int | None, int | None]], reason: str) -> None:
    row = computed(*fields)
    assert (row["percent_positive"], row["na_reason"]) == (None, reason)


def test_positive_and_all_cells_may_stand_in_two_files_and_only_one_names_the_stain() -> None:
    base = dict.fromkeys(TYPES) | {"sample_id": "T1", "is_excluded": False}
    rows = [base | {"stain": "b-gal", "positive_count": 30}, base | {"stain": "", "total_count": 300}]
    (row,) = positive_cells(pl.DataFrame(rows, schema=TYPES), SAMPLES).to_dicts()
    assert (row["stain"], row["percent_positive"], row["field_count"]) == ("b-gal", 10.0, 1)


def test_a_field_with_more_positive_cells_than_cells_is_left_out() -> None:
    base = dict.fromkeys(TYPES) | {"sample_id": "C1", "stain": "x", "is_excluded": False}
    good = base | {"positive_count": 30, "total_count": 300}
    bad = base | {"positive_count": 400, "total_count": 300, "flag": "positive_exceeds_total"}
    (row,) = positive_cells(pl.DataFrame([good, bad], schema=TYPES), SAMPLES).to_dicts()
    assert (row["percent_positive"], row["field_count"]) == (10.0, 1)
    (row,) = positive_cells(pl.DataFrame([bad], schema=TYPES), SAMPLES).to_dicts()
    assert row["na_reason"] == "positive_exceeds_total"


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=8))
def test_a_percentage_lies_between_those_of_its_fields(fields: list[tuple[int, int]]) -> None:
    counted = [(min(p, t), t) for p, t in fields]
    row = computed(*counted)
    shares = [100 * p / t for p, t in counted]
    assert min(shares) - 1e-9 <= row["percent_positive"] <= max(shares) + 1e-9
