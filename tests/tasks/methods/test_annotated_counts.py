from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from tasks.methods.annotated_counts import Counted, annotated
from tests.published import frame

FITS = [("~ a * b", "S1"), ("~ c/d", "S1"), ("~ c/d", "S0")]


def counted(cells: dict[tuple[int, int], float], samples: int, features: int) -> Counted:
    rows = [{"sample_id": f"S{i}", "feature_id": f"g{j}", "count": value} for (i, j), value in cells.items()]
    factors = [{"method": "deseq2", "fit": fit, "sample_id": s, "size_factor": 2.0} for fit, s in FITS]
    schema = {"sample_id": pl.String, "feature_id": pl.String, "count": pl.Float64}
    return Counted(
        pl.DataFrame(rows, schema=schema),
        frame("core.features", [{"feature_id": f"g{j}"} for j in range(features)]),
        frame("core.samples", [{"sample_id": f"S{i}"} for i in range(samples)]),
        frame("result.normalized_expression", []),
        frame("result.sample_size_factors", factors),
        frame("result.differential_expression", []),
        frame("core.contrasts", []),
    )


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 4), st.integers(1, 5),
    st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 6)), st.floats(0, 1e9)),
)  # fmt: skip
def test_every_count_stands_in_its_place_and_the_rest_is_zero(
    samples: int, features: int, cells: dict[tuple[int, int], float]
) -> None:
    found = annotated(counted(cells, samples, features), {})
    expected = np.zeros((samples, features))
    for (i, j), value in cells.items():
        if i < samples and j < features:  # counts of other classes are not asked for
            expected[i, j] = value
    np.testing.assert_array_equal(found.to_df().to_numpy(), expected)
    assert sparse.issparse(found.X) == (2 * np.count_nonzero(expected) <= expected.size)


def test_fits_are_named_so_that_the_file_can_hold_them() -> None:
    found = annotated(counted({}, 2, 1), {"study_id": "x"})
    named = [column for column in found.obs if column.startswith("size_factor")]
    assert named == ["size_factor deseq2 ~ c%2Fd", "size_factor deseq2 ~ a * b"]
    np.testing.assert_array_equal(found.obs[named[1]], [np.nan, 2])
    assert found.uns["study_id"] == "x"
