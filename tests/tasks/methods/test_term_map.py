from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from tasks.methods.term_map import layout, similarity

SETS = st.lists(st.sets(st.sampled_from("ABCDEFGH"), min_size=1), min_size=1, max_size=8)


@given(SETS)
def test_similarity_is_the_mean_of_jaccard_and_overlap_coefficient(members: list[set[str]]) -> None:
    found = similarity(pl.Series([";".join(sorted(m)) for m in members]))
    for i, one in enumerate(members):
        for j, other in enumerate(members):
            both = len(one & other)
            expected = 0 if i == j else (both / len(one | other) + both / min(len(one), len(other))) / 2
            assert found[i, j] == pytest.approx(expected)


def blocks(*sizes: int) -> sparse.csr_array:
    """Complete networks side by side."""
    parts = [np.ones((n, n)) - np.eye(n) for n in sizes]
    return sparse.csr_array(sparse.block_diag(parts))


def test_parts_that_are_not_joined_do_not_cover_each_other_and_stay_within_the_width() -> None:
    sizes = (1, 5, 12, 1, 3, 7)
    network = blocks(*sizes)
    places = layout(network, 10.0)
    assert places[:, 0].min() > 0
    assert places[:, 0].max() < 10
    parts = np.split(places, np.cumsum(sizes)[:-1])
    for i, one in enumerate(parts):
        for other in parts[:i]:
            apart = np.maximum(one.min(axis=0) - other.max(axis=0), other.min(axis=0) - one.max(axis=0))
            assert apart.max() >= 0.99  # a free strip between their boxes
    assert places[5:17, 1].max() == pytest.approx(places[:, 1].max(), abs=0.6)  # the largest stands in the first row
    assert np.array_equal(places, layout(network, 10.0))


def test_lone_terms_and_none_have_places() -> None:
    assert layout(blocks(1), 5.0).shape == (1, 2)
    assert layout(sparse.csr_array((0, 0)), 5.0).shape == (0, 2)
