from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tasks.methods.count_tables import CountTable, tidy


@pytest.mark.parametrize("features", [1, 3, 1000, 2345])
def test_every_cell_becomes_one_row_in_feature_order(features: int) -> None:
    rng = np.random.default_rng(features)
    ids = pl.Series("id", [f"g{i:05d}" for i in rng.permutation(features)])
    values = rng.integers(0, 9, (features, 2)).astype(float)
    lengths = np.where(values == 0, np.nan, values + 100)
    table = CountTable(ids, ("a", "b"), values, lambda *_: "", lambda _: "", lengths=lengths)
    found = tidy(table, ("S2", "S1"), "gene").drop("linear_count")
    expected = [
        ("gene", sample, name, values[row, column], None if values[row, column] == 0 else values[row, column] + 100)
        for name, row in sorted((name, row) for row, name in enumerate(ids))
        for column, sample in enumerate(("S2", "S1"))
    ]
    assert found.rows() == expected
    assert found.schema["sample_name"] == pl.String
