"""Stability of reference genes over samples by geNorm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_GENES, FEWEST_SAMPLES = 2, 3


@dataclass(frozen=True)
class Stability:
    """geNorm's numbers, genes in the order given.

    ``m``: M of each gene among all, shape (genes,). ``rank``: 1 for both of the last pair, then 3, 4, …, the number
    of genes for the one dropped first. ``stepwise_m[k]``: mean M of the ``k + 2`` most stable genes;
    ``variation[k]``: V of ``k + 2`` against ``k + 3`` genes.
    """

    m: NDArray[np.float64]
    rank: NDArray[np.int64]
    stepwise_m: NDArray[np.float64]
    variation: NDArray[np.float64]


def gene_norm(log2_quantities: NDArray[np.float64]) -> Stability:
    """Give geNorm of genes measured in the same samples; shape (samples, genes), log2 (e.g. -Cq), without nulls.

    M of a gene is the mean over the other genes of the SD (n - 1) over samples of their log2 ratio. The gene with
    the highest M is dropped (the later one of equals) and M computed anew until two are left. V of n/n+1 is the SD of
    the log2 ratio of the normalisation factors (geometric means) of the n and the n + 1 most stable genes.
    Raises ``ValueError`` for fewer than two genes or three samples.

    Vandesompele et al. 2002, doi:10.1186/gb-2002-3-7-research0034
    """
    samples, genes = log2_quantities.shape
    if genes < FEWEST_GENES or samples < FEWEST_SAMPLES:
        raise ValueError(f"{samples} samples of {genes} genes: geNorm needs 3 of 2")
    spread = (log2_quantities[:, :, None] - log2_quantities[:, None, :]).std(axis=0, ddof=1)
    left = list(range(genes))
    dropped: list[int] = []
    steps: list[float] = []
    while len(left) >= FEWEST_GENES:
        m = _m(spread[np.ix_(left, left)])
        steps.append(float(m.mean()))
        if len(left) == FEWEST_GENES:
            break
        dropped.append(left.pop(int(len(m) - 1 - np.argmax(m[::-1]))))
    rank = np.ones(genes, dtype=np.int64)
    rank[dropped] = genes - np.arange(len(dropped))
    order = [*left, *dropped[::-1]]
    factors = np.cumsum(log2_quantities[:, order], axis=1) / np.arange(1, genes + 1)
    variation = np.diff(factors[:, 1:], axis=1).std(axis=0, ddof=1)
    return Stability(_m(spread), rank, np.array(steps[::-1]), variation)


def _m(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of each row without its diagonal, which is 0."""
    found: NDArray[np.float64] = spread.sum(axis=1) / (len(spread) - 1)
    return found
