from __future__ import annotations

import polars as pl
import pytest

from tasks.methods.expression_values import wide


def test_rows_become_a_table_whatever_their_order_and_gaps_are_refused() -> None:
    rows = pl.DataFrame(
        {"feature_id": ["b", "a", "a", "b"], "sample_id": ["y", "y", "x", "x"], "value": [4.0, 2, 1, 3]}
    )
    features, samples, values = wide(rows)
    assert (features, samples) == (["a", "b"], ["x", "y"])
    assert values.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="3 values are no table of 2 features and 2 samples"):
        wide(rows[:3])
