"""Terms as a network: which of them share genes of a list, and where to draw them."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from tasks.methods.term_clusters import shared_counts

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
SIMILAR = 0.375  # the default of Cytoscape's EnrichmentMap for this coefficient


def similarity(genes: pl.Series) -> Floats:
    """Terms x terms: the mean of Jaccard and overlap coefficient of their genes, 0 with itself.

    ``genes``: semicolon lists, none empty. Merico et al. 2010, doi:10.1371/journal.pone.0013984
    """
    table, sizes = shared_counts(genes)
    both = np.asarray((table @ table.T).toarray(), dtype=np.float64)
    union = sizes[:, None] + sizes[None, :] - both
    found = (both / union + both / np.minimum(sizes[:, None], sizes[None, :])) / 2
    np.fill_diagonal(found, 0)
    return found


def layout(weights: sparse.csr_array, width: float) -> Floats:
    """Where each node goes: x and y, in units of the usual distance of neighbours, y downwards negative.

    Connected parts are laid out one by one by the lengths of paths (Kamada & Kawai 1989,
    doi:10.1016/0020-0190(89)90102-6) and set in rows of no more than ``width``, the largest first, so that none covers
    another; nodes without an edge come last. The same network gives the same picture.
    """
    import networkx as nx  # noqa: PLC0415 - slow to import

    count, part = connected_components(weights, directed=False)
    parts = [np.flatnonzero(part == number) for number in range(count)]
    parts.sort(key=lambda nodes: (-len(nodes), nodes[0]))
    places = np.zeros((weights.shape[0], 2))
    left, top, tallest = 0.0, 0.0, 0.0
    for nodes in parts:
        box = _box(len(nodes))
        if left and left + box > width:
            left, top, tallest = 0.0, top - tallest, 0.0
        graph = nx.from_scipy_sparse_array(weights[nodes][:, nodes])
        inside = nx.kamada_kawai_layout(graph, weight=None)
        points = np.array([inside[node] for node in range(len(nodes))])
        span = np.maximum(np.ptp(points, axis=0), 1e-9)
        scaled = (points - points.min(axis=0)) / span if len(nodes) > 1 else np.full((1, 2), 0.5)
        places[nodes] = np.array([left, top - box]) + 0.5 + scaled * (box - 1)
        left, tallest = left + box, max(tallest, box)
    return places


def _box(count: int) -> float:
    """Side of the square that so many nodes need."""
    return 1.0 if count == 1 else 1.0 + ceil(sqrt(count) * 10) / 10
