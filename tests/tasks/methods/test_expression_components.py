from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy.spatial.distance import pdist, squareform

from tasks.methods.expression_components import components, distances, wide
from tests.tasks.methods.picture_reference import numbers, table

VALUES = arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(3, 6)), elements=st.floats(-20, 20))


def test_the_plane_is_that_of_plot_pca() -> None:
    found, theirs = components(table()), numbers()
    for column, name in enumerate(("pc1", "pc2")):
        mine = found.scores[:, column]
        assert_allclose(mine * np.sign(mine @ theirs[name]), theirs[name], rtol=1e-9)
    assert_allclose(found.percent[:2], theirs["percent"], rtol=1e-12)
    assert_allclose(found.percent, theirs["pc9_percent"], rtol=1e-9, atol=1e-9)
    assert len(found.rows) == 500


def test_distances_are_those_of_r() -> None:
    assert_allclose(squareform(distances(table()), checks=False), numbers()["distances"], rtol=1e-9)


@given(VALUES)
def test_components_keep_every_distance_and_shares_add_up(values: np.ndarray) -> None:
    found = components(values)
    assert_allclose(pdist(found.scores), pdist(values.T), atol=1e-6)
    assert_allclose(found.percent.sum(), 100 if values.std(axis=1).max() > 1e-9 else found.percent.sum(), rtol=1e-9)
    assert (np.diff(found.percent) <= 1e-9).all()


@given(VALUES, st.randoms())
def test_samples_in_another_order_stand_where_they_stood(values: np.ndarray, random: object) -> None:
    order = list(range(values.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert_allclose(distances(values[:, order]), distances(values)[np.ix_(order, order)], atol=1e-5)


def test_the_sign_of_a_component_does_not_depend_on_chance() -> None:
    one, other = components(table()), components(table() + 5)
    assert_allclose(one.scores[:, :3], other.scores[:, :3], atol=1e-8)


def test_samples_without_differences_have_no_components() -> None:
    found = components(np.ones((5, 4)))
    assert not found.percent.any()
    assert not found.scores.any()


def test_rows_become_a_table_whatever_their_order_and_gaps_are_refused() -> None:
    rows = pl.DataFrame(
        {"feature_id": ["b", "a", "a", "b"], "sample_id": ["y", "y", "x", "x"], "value": [4.0, 2, 1, 3]}
    )
    features, samples, values = wide(rows)
    assert (features, samples) == (["a", "b"], ["x", "y"])
    assert values.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="3 values are no table of 2 features and 2 samples"):
        wide(rows[:3])
