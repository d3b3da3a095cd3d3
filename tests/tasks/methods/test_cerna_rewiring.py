from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.cerna_pairs import Incidence, incidence, pair_family
from tasks.methods.cerna_rewiring import false_call_rate, rewired


def popular(rows: int, columns: int, degree: int, rng: np.random.Generator) -> Incidence:
    """Targets whose miRNAs are drawn by popularity: a few miRNAs bind almost everything."""
    weight = rng.lognormal(0, 1.5, columns)
    drawn = np.argsort(rng.exponential(size=(rows, columns)) / weight, axis=1)[:, :degree]
    return incidence(np.repeat(np.arange(rows), degree), drawn.ravel(), (rows, columns))


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 12), st.floats(0, 1))
def test_every_row_and_column_keeps_its_number_of_entries(seed: int, rows: int, density: float) -> None:
    rng = np.random.default_rng(seed)
    cells = np.nonzero(rng.random((rows, 9)) < density)
    table = incidence(*cells, shape=(rows, 9))
    found = rewired(table, 5, rng).toarray()
    assert found.max(initial=0) <= 1
    assert found.sum(axis=0).tolist() == table.toarray().sum(axis=0).tolist()
    assert found.sum(axis=1).tolist() == table.toarray().sum(axis=1).tolist()


def test_every_table_with_the_same_sums_comes_equally_often() -> None:
    rng = np.random.default_rng(1)
    start = incidence(np.array([0, 1, 2]), np.array([0, 1, 2]), (3, 3))
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(3000):
        found = tuple(rewired(start, 8, rng).toarray().argmax(axis=1).tolist())
        seen[found] = seen.get(found, 0) + 1
    assert len(seen) == 6
    assert max(abs(count - 500) for count in seen.values()) < 5 * math.sqrt(500 * 5 / 6)


def test_calls_that_popular_mirnas_make_are_told_as_false() -> None:
    rng = np.random.default_rng(7)
    mrnas = popular(400, 200, 30, rng)
    cernas = popular(60, 200, 30, np.random.default_rng(7))  # the same popularity, nothing else in common
    family = pair_family(cernas, mrnas)
    assert (family.padj < 0.05).sum() > 1000
    assert false_call_rate(cernas, mrnas, family, 0.05, seed=1) > 0.9


def test_calls_beyond_popularity_are_not() -> None:
    rng = np.random.default_rng(8)
    mrnas = rng.random((300, 200)) < 0.08
    cernas = mrnas[:60].copy()  # each ceRNA has the miRNAs of one mRNA
    first, second = (incidence(*np.nonzero(t), shape=t.shape) for t in (cernas, mrnas))
    family = pair_family(first, second)
    called = int((family.padj < 0.01).sum())
    assert 60 <= called <= 70
    assert false_call_rate(first, second, family, 0.01, seed=1) < 0.1


def test_without_calls_there_is_no_rate_of_false_ones() -> None:
    table = incidence(np.array([0]), np.array([0]), (1, 3))
    assert math.isnan(false_call_rate(table, table, pair_family(table, table), 0.05, seed=1))
