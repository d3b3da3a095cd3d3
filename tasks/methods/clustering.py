"""Hierarchical clustering of rows for pictures, as R's ``hclust(dist(x))``: Euclidean, complete linkage.

Bar-Joseph, Gifford & Jaakkola 2001, doi:10.1093/bioinformatics/17.suppl_1.S22 (order of the leaves)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tree:
    """``order``: rows from first to last leaf; ``lines``: one bracket per merge, four (position, height) corners.

    Positions count leaves from 0 in that order; ``heights`` of the merges are in ascending order.
    """

    order: list[int]
    lines: Floats
    heights: Floats


def tree(rows: Floats) -> Tree:
    """Cluster the rows; neighbours in the order are as near as the tree allows."""
    from scipy.spatial.distance import pdist  # noqa: PLC0415 - slow to import

    return tree_of_distances(pdist(rows)) if len(rows) > 1 else Tree([0] * len(rows), np.empty((0, 4, 2)), np.empty(0))


def tree_of_distances(condensed: Floats) -> Tree:
    """Cluster by pairwise distances in the order of ``scipy.spatial.distance.pdist``."""
    from scipy.cluster.hierarchy import dendrogram, linkage  # noqa: PLC0415 - slow to import

    merges = linkage(condensed, "complete", optimal_ordering=True)
    drawn = dendrogram(merges, no_plot=True)
    across = (np.array(drawn["icoord"]) - 5) / 10  # scipy puts leaves at 5, 15, 25, …
    lines = np.stack([across, np.array(drawn["dcoord"])], axis=-1)
    return Tree([int(i) for i in drawn["leaves"] or []], lines, merges[:, 2])
