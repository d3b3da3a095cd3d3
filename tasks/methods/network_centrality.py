"""Centralities and modules of an undirected network given as edges between node numbers."""

from __future__ import annotations

from math import factorial

import numpy as np
from scipy import sparse

from tasks.methods.cerna_pairs import Floats, Ints

SOURCES = 256  # shortest paths from so many nodes at a time
SEED = 1


def adjacency(first: Ints, second: Ints, size: int) -> sparse.csr_array:
    """Nodes x nodes, 1 where an edge joins them; an edge given twice is one."""
    ends = np.concatenate([first, second]), np.concatenate([second, first])
    found = sparse.csr_array((np.ones(2 * len(first)), ends), shape=(size, size))
    found.data[:] = 1
    return found


def betweenness(network: sparse.csr_array) -> Floats:
    """Share of shortest paths between other pairs of nodes that pass a node, as a fraction of all such pairs.

    Brandes' accumulation, from many sources at once by sparse products. Brandes 2001, doi:10.1080/0022250X.2001.9990249
    """
    size = network.shape[0]
    total = np.zeros(size)
    for start in range(0, size, SOURCES):
        total += _dependencies(network, np.arange(start, min(start + SOURCES, size)))
    pairs = (size - 1) * (size - 2)
    return total / pairs if pairs > 0 else total


def _dependencies(network: sparse.csr_array, sources: Ints) -> Floats:
    """Sum over ``sources`` of the dependency of each source on each node."""
    paths = np.zeros((network.shape[0], len(sources)))
    paths[sources, np.arange(len(sources))] = 1
    level = np.where(paths > 0, 0, -1)
    depth, front = 0, paths
    while front.any():
        depth += 1
        reached = network @ front
        front = np.where(level < 0, reached, 0)
        level[front > 0] = depth
        paths = paths + front
    dependency = np.zeros_like(paths)
    for step in range(depth - 1, 0, -1):
        share = np.divide(1 + dependency, paths, out=np.zeros_like(paths), where=level == step)
        dependency += np.where(level == step - 1, paths * (network @ share), 0)
    dependency[sources, np.arange(len(sources))] = 0
    return np.asarray(dependency.sum(axis=1))


def maximal_clique_centrality(network: sparse.csr_array) -> Floats:
    """Sum over the maximal cliques C of a node of (|C| - 1)!; the degree where there is no triangle.

    Chin et al. 2014, doi:10.1186/1752-0509-8-S4-S11
    """
    import networkx as nx  # noqa: PLC0415 (slow to import)

    found = np.zeros(network.shape[0])
    for clique in nx.find_cliques(nx.from_scipy_sparse_array(network)):
        found[clique] += factorial(len(clique) - 1) if len(clique) > 1 else 0
    return found


def modules(network: sparse.csr_array) -> Ints:
    """Number of each node's module, 1 for the largest: Louvain communities with a fixed seed.

    Ties in size go by the smallest node. Blondel et al. 2008, doi:10.1088/1742-5468/2008/10/P10008
    """
    import networkx as nx  # noqa: PLC0415 (slow to import)

    found = np.zeros(network.shape[0], dtype=np.int64)
    parts = nx.community.louvain_communities(nx.from_scipy_sparse_array(network), seed=SEED)
    for number, part in enumerate(sorted(parts, key=lambda p: (-len(p), min(p))), start=1):
        found[list(part)] = number
    return found
