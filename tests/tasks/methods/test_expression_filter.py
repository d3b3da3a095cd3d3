from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tasks.methods.expression_filter import filter_by_expr
from tests.tasks.methods.limma_reference import airway


def test_the_same_genes_are_kept_as_in_r(shared: Path) -> None:
    expected = pl.read_csv(shared / "reference" / "airway_R_filterByExpr.csv.gz")
    assert airway(shared).is_kept.tolist() == expected["keep"].to_list()


def test_a_gene_must_be_seen_in_as_many_samples_as_the_smallest_group_has() -> None:
    two = np.column_stack([np.ones(7), [0, 0, 0, 0, 1, 1, 1]])
    counts = np.full((3, 7), 1e6)
    counts[0] = [10, 10, 0, 0, 10, 0, 0]
    counts[1] = [10, 10, 0, 0, 0, 0, 0]
    counts[2] = [4, 4, 4, 4, 4, 4, 4]
    sizes = np.full(7, 1e6)
    assert filter_by_expr(counts, two, sizes).tolist() == [True, False, False]
    assert filter_by_expr(counts, two, sizes, min_count=4).tolist() == [True, False, True]


@pytest.mark.parametrize(("samples", "needed"), [(200, 73), (500, 179)])
def test_rounding_in_large_groups_is_rs(samples: int, needed: int) -> None:
    # R: 1 / max(hat(model.matrix(~ group))) is 99.99999999999784 for 200 and 250.0000000000003 for 500 samples
    counts = np.zeros((2, samples))
    counts[0, :needed], counts[1, : needed - 1] = 10, 10
    two = np.column_stack([np.ones(samples), np.arange(samples) % 2])
    assert filter_by_expr(counts, two, np.full(samples, 1e6)).tolist() == [True, False]


def test_of_a_large_group_seventy_per_cent_of_what_is_beyond_ten_suffice() -> None:
    counts = np.zeros((2, 40))
    counts[0, :17], counts[1, :16] = 10, 10
    two = np.column_stack([np.ones(40), np.arange(40) % 2])
    assert filter_by_expr(counts, two, np.full(40, 1e6)).tolist() == [True, False]
