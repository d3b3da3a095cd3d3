from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.feature_groups import feature_groups

ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=20)


@given(ROWS)
def test_sums_and_largest_are_those_of_polars(rows: list[tuple[str, int, int]]) -> None:
    frame = pl.DataFrame(rows, schema=["id", "x", "y"], orient="row")
    groups, values = feature_groups(frame["id"]), frame.select("x", "y").cast(pl.Float64).to_numpy()
    by_id = frame.group_by("id", maintain_order=True)
    assert groups.ids.to_list() == by_id.agg()["id"].to_list()
    np.testing.assert_array_equal(groups.sums(values), by_id.sum().select("x", "y").to_numpy())
    np.testing.assert_array_equal(groups.largest(values), by_id.max().select("x", "y").to_numpy())
    differing = by_id.n_unique().with_row_index("at").filter((pl.col("x") > 1) | (pl.col("y") > 1))["at"]
    assert groups.differing(values) == differing.to_list()
    assert groups.is_repeated == (len(set(frame["id"])) < frame.height)
    assert [rows[i][0] for i in groups.first.to_list()] == groups.ids.to_list()
