from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.size_factors import has_gene_without_zero, median_of_ratios, poscounts


@pytest.mark.parametrize(
    ("name", "counts", "method"),
    [
        ("airway_R", "airway", median_of_ratios),
        ("sim3x3_mirna_R", "sim3x3_mirna", median_of_ratios),
        ("sim3x3_circ_R", "sim3x3_circ", poscounts),
    ],
)
def test_size_factors_equal_deseq2s_in_r(shared: Path, name: str, counts: str, method: object) -> None:
    expected = pl.read_csv(shared / "reference" / f"{name}_sizefactors.csv.gz")
    table = pl.read_csv(shared / "reference" / f"{counts}_counts.csv.gz")
    assert callable(method)
    found = method(table.select(expected["sample"].to_list()).to_numpy().astype(float))
    assert found == pytest.approx(expected["sizeFactor"].to_numpy(), rel=1e-12)


def test_features_with_only_zero_and_one_take_part_in_poscounts() -> None:
    counts = np.array([[1.0, 0.0, 1.0], [0.0, 4.0, 2.0], [3.0, 3.0, 0.0]])
    logs = np.log([1.0, 8.0, 9.0]) / 3
    expected = [
        np.median([-logs[0], np.log(3) - logs[2]]),
        np.median([np.log(4) - logs[1], np.log(3) - logs[2]]),
        np.median([-logs[0], np.log(2) - logs[1]]),
    ]
    assert poscounts(counts) == pytest.approx(np.exp(expected - np.mean(expected)))


def test_median_of_ratios_needs_a_feature_seen_everywhere() -> None:
    counts = np.array([[1.0, 0.0], [0.0, 4.0]])
    assert not has_gene_without_zero(counts)
    with pytest.raises(ValueError, match="not defined"):
        median_of_ratios(counts)


@given(st.lists(st.integers(1, 8), min_size=3, max_size=5))
@settings(deadline=None, max_examples=30)
def test_deeper_sequencing_scales_a_samples_factor(depths: list[int]) -> None:
    base = np.array([5.0, 17.0, 120.0, 9.0, 44.0])[:, None]
    for method in (median_of_ratios, poscounts):
        factors = method(base * np.array(depths, dtype=float))
        assert factors / factors[0] == pytest.approx(np.array(depths) / depths[0])
