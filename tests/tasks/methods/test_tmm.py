from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from tasks.methods.tmm import inside, tmm_factors
from tests.tasks.methods.limma_reference import airway


def test_airways_factors_are_rs(shared: Path) -> None:
    expected = pl.read_csv(shared / "reference" / "airway_R_edgeR_samples_TMM.csv.gz")
    assert airway(shared).factors == pytest.approx(expected["norm.factors"].to_numpy(), rel=1e-12)


def test_a_few_features_that_take_many_reads_are_made_up_for() -> None:
    random = np.random.default_rng(5)
    level = random.gamma(2, 200, size=500)
    counts = random.poisson(np.column_stack([level, level])).astype(float)
    counts[:10, 1] += counts[:, 1].sum() / 10  # doubles the library
    factors = tmm_factors(counts)
    effective = factors * counts.sum(axis=0)
    assert effective[1] / effective[0] == pytest.approx(1, abs=0.02)
    assert np.prod(factors) == pytest.approx(1)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40), st.sampled_from([0.05, 0.3]))
def test_values_are_trimmed_by_their_average_ranks(values: list[int], trim: float) -> None:
    low = int(len(values) * trim) + 1
    ranks = rankdata(values)
    expected = (ranks >= low) & (ranks <= len(values) + 1 - low)
    assert inside(np.array(values, dtype=float), trim).tolist() == expected.tolist()


def test_samples_that_share_nothing_or_everything_have_factor_one() -> None:
    assert tmm_factors(np.zeros((5, 3))).tolist() == [1, 1, 1]
    assert tmm_factors(np.array([[5.0, 0.0], [0.0, 5.0]])).tolist() == [1, 1]
    assert tmm_factors(np.array([[5.0, 10.0], [7.0, 14.0]])) == pytest.approx([1, 1])
    assert tmm_factors(np.array([[0.0, 0.0, 9.0], [0.0, 4.0, 1.0], [3.0, 2.0, 0.0], *[[0.0] * 3] * 9])).shape == (3,)
