from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tasks.methods.count_matrices import size_factors
from tasks.methods.length_offsets import length_scaled, normalisation_factors, relative_lengths, whole_lengths

SHAPE = (4, 3)
lengths = arrays(float, SHAPE, elements=st.integers(50, 20000))


def test_a_missing_length_is_the_geometric_mean_of_the_other_samples() -> None:
    found = whole_lengths(np.array([[100.0, np.nan, 400.0], [np.nan, np.nan, np.nan]]))
    assert found.tolist() == [[100.0, pytest.approx(200.0), 400.0], [1.0, 1.0, 1.0]]


@given(lengths, arrays(float, SHAPE[1], elements=st.integers(1, 9)))
def test_factors_of_a_feature_have_geometric_mean_one_and_follow_its_lengths(nt: np.ndarray, sizes: np.ndarray) -> None:
    found = normalisation_factors(nt, sizes)
    assert np.exp(np.log(found).mean(axis=1)) == pytest.approx(np.ones(SHAPE[0]))
    assert found[:, 1] / found[:, 0] == pytest.approx(nt[:, 1] * sizes[1] / (nt[:, 0] * sizes[0]))


@given(arrays(float, SHAPE, elements=st.integers(0, 100_000)), lengths)
def test_scaled_counts_keep_each_samples_total_and_forget_lengths(counts: np.ndarray, nt: np.ndarray) -> None:
    found = length_scaled(counts, nt)
    assert found.sum(axis=0) == pytest.approx(counts.sum(axis=0), rel=1e-9, abs=1e-9)
    assert length_scaled(counts, np.broadcast_to(nt[:, :1], SHAPE)) == pytest.approx(counts, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("scaling", ["ratio", "poscounts"])
def test_factors_are_deseq2s(scaling: str) -> None:
    table = pl.read_csv(Path(__file__).parents[2] / "reference" / "length_factors.csv.gz", infer_schema_length=None)
    counts, lengths, expected = (
        table.select(f"{name}{i}" for i in range(1, 5)).to_numpy().astype(float)
        for name in ("count", "length", scaling)
    )
    offsets = relative_lengths(whole_lengths(lengths))
    sizes, told = size_factors(counts, scaling, offsets)
    assert told == ()
    np.testing.assert_allclose(normalisation_factors(offsets, sizes), expected, rtol=1e-12)
