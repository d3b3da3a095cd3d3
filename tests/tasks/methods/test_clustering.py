from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from tasks.methods.clustering import tree, tree_of_distances
from tests.tasks.methods.picture_reference import numbers, table


def test_merges_are_those_of_hclust() -> None:
    values, theirs = table(), numbers()
    assert_allclose(tree(values.T).heights, theirs["heights"], rtol=1e-9)
    assert_allclose(tree_of_distances(theirs["distances"]).heights, theirs["heights"], rtol=1e-12)
    top = values[np.argsort(-values.var(axis=1), kind="stable")[:40]]
    scores = (top - top.mean(axis=1, keepdims=True)) / top.std(axis=1, ddof=1, keepdims=True)
    assert_allclose(scores[0], theirs["z_first"], rtol=1e-9)
    assert_allclose(tree(scores).heights, theirs["z_heights"], rtol=1e-8)


def test_groups_that_lie_apart_stay_together_in_the_order() -> None:
    order = tree(np.array([[0.0], [10], [0.2], [10.1], [0.1]])).order
    low = sorted(order.index(i) for i in (0, 2, 4))
    assert low in ([0, 1, 2], [2, 3, 4])
    assert order[low[1]] == 4  # between its two neighbours


@given(arrays(np.float64, st.tuples(st.integers(2, 9), st.just(3)), elements=st.floats(-9, 9)))
def test_a_tree_has_every_row_once_and_a_bracket_for_each_merge(rows: np.ndarray) -> None:
    found = tree(rows)
    assert sorted(found.order) == list(range(len(rows)))
    assert found.lines.shape == (len(rows) - 1, 4, 2)
    assert (np.diff(found.heights) >= 0).all()
    assert found.lines[..., 0].min() == 0
    assert found.lines[..., 0].max() == len(rows) - 1


def test_one_row_is_a_tree_without_merges() -> None:
    assert tree(np.ones((1, 3))).order == [0]
    assert tree(np.empty((0, 3))).order == []
