from __future__ import annotations

from itertools import combinations
from math import factorial

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from tasks.methods.network_centrality import adjacency, betweenness, maximal_clique_centrality, modules


def drawn(seed: int, size: int, density: float) -> sparse.csr_array:
    first, second = np.nonzero(np.triu(np.random.default_rng(seed).random((size, size)) < density, 1))
    return adjacency(first, second, size)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 25), st.sampled_from([0.0, 0.05, 0.15, 0.5]))
def test_centralities_are_those_of_networkx(seed: int, size: int, density: float) -> None:
    network = drawn(seed, size, density)
    graph = nx.from_scipy_sparse_array(network)
    expected = nx.betweenness_centrality(graph)
    assert betweenness(network) == pytest.approx([expected[i] for i in range(size)], abs=1e-12)


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9), st.sampled_from([0.0, 0.3, 0.6, 1.0]))
def test_clique_centrality_counts_maximal_cliques(seed: int, size: int, density: float) -> None:
    network = drawn(seed, size, density)
    joined = network.toarray() > 0
    cliques = [
        set(c)
        for n in range(2, size + 1)
        for c in combinations(range(size), n)
        if joined[np.ix_(c, c)].sum() == n * (n - 1)
    ]
    whole = [c for c in cliques if not any(c < d for d in cliques)]
    expected = [sum(factorial(len(c) - 1) for c in whole if i in c) for i in range(size)]
    assert maximal_clique_centrality(network).tolist() == expected


def test_more_nodes_than_sources_at_a_time() -> None:
    network = drawn(5, 600, 0.004)
    expected = nx.betweenness_centrality(nx.from_scipy_sparse_array(network))
    assert betweenness(network) == pytest.approx(list(expected.values()), abs=1e-12)


def test_two_cliques_are_two_modules_the_larger_first() -> None:
    pairs = [(i, j) for group in (range(4), range(4, 10)) for i in group for j in group if i < j]
    first, second = np.array([*pairs, (0, 4)]).T
    assert modules(adjacency(first, second, 10)).tolist() == [2] * 4 + [1] * 6


def test_an_empty_network_has_no_modules() -> None:
    none = np.empty(0, dtype=int)
    assert modules(adjacency(none, none, 0)).tolist() == []
    assert betweenness(adjacency(none, none, 0)).tolist() == []


def test_without_triangles_the_clique_centrality_is_the_degree() -> None:
    network = adjacency(np.array([0, 0, 1]), np.array([2, 3, 3]), 5)
    assert maximal_clique_centrality(network).tolist() == [2, 1, 1, 2, 0]
