"""Preranked gene set enrichment analysis: whether a set's genes gather at one end of a ranking.

Subramanian 2005, doi:10.1073/pnas.0506580102; one null distribution for all sets of a size: Korotkevich 2021,
doi:10.1101/060012.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.methods.over_representation import Membership

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
_CELLS = 4_000_000  # genes x permutations that are shuffled at a time
_ROUNDING = 1e-12  # scores no farther apart are equal


@dataclass(frozen=True)
class Preranked:
    """Every set of the family; all arrays are in its order.

    ``family`` are the rows of the sets that the size limits keep. ``peak`` is the place in the ranking where the
    running sum is farthest from zero: the leading edge are the set's genes from the top down to it where ``es`` is
    positive, from it down to the bottom where it is negative. ``nes`` is NaN where no permutation has its sign.
    """

    family: Ints
    set_size: Ints
    es: Floats
    peak: Ints
    nes: Floats
    pvalue: Floats


def preranked(sets: Membership, metric: Floats, limits: tuple[int, int], permutations: int, seed: int = 1) -> Preranked:
    """Score, normalised score and p-value of every set of which ``limits`` genes, both ends included, are ranked.

    ``sets``: sets x ranked genes; ``metric``: a value per gene, descending. Definitions:

    - ES: the largest deviation from zero of a sum that rises at each gene of the set by its share of the set's absolute
      metric (p = 1) and falls at each other gene by 1 / (ranked - set size); of equal deviations the negative one. The
      genes of a set whose metric is 0 throughout count alike.
    - Null: the ES of as many random genes, ``permutations`` times; sets of one size share it. It depends on ranking,
      size, upper limit and seed alone.
    - NES: ES over the mean size of the null scores of its sign (0 counts as positive).
    - p: (1 + null scores of its sign that are as extreme or more) / (1 + null scores of its sign): one-sided, never 0.
      1,000 permutations give no p below about 1/500.

    FDR over a collection is Benjamini-Hochberg's of these p, as in fgsea; not the q-value that GSEA reads off the NES
    of all sets.

    Raises ``ValueError`` where ``metric`` does not descend or is not finite.
    """
    if not np.isfinite(metric).all() or (np.diff(metric) > 0).any():
        raise ValueError("the metric of a ranking must be finite and descend")
    sizes = np.diff(sets.indptr)
    family = np.flatnonzero((sizes >= max(limits[0], 1)) & (sizes <= limits[1]))
    kept, weights = sets[family], np.abs(metric)
    es, peak = enrichment_scores(kept, weights)
    nes, pvalue = _against_chance(es, sizes[family], weights, limits[1], permutations, seed)
    return Preranked(family, sizes[family], es, peak, nes, pvalue)


def enrichment_scores(sets: Membership, weights: Floats) -> tuple[Floats, Ints]:
    """ES of each set, none of them empty, and the place of its peak; ``weights``: the size of the metric by rank."""
    sizes = np.diff(sets.indptr)
    es, peak = np.zeros(len(sizes)), np.zeros(len(sizes), dtype=np.int64)
    places = sets.sorted_indices().indices
    for size in np.unique(sizes):
        rows = np.flatnonzero(sizes == size)
        hits = places[sets.indptr[rows][:, None] + np.arange(size)]
        tops, bottoms = running_sums(hits, weights)
        es[rows] = _farthest(tops, bottoms)
        at = np.where(es[rows] > 0, tops.argmax(axis=1), bottoms.argmin(axis=1))
        peak[rows] = hits[np.arange(len(rows)), at]
    return es, peak


def running_sums(hits: Ints, weights: Floats) -> tuple[Floats, Floats]:
    """The running sum right after and right before each gene of sets of one size: sets x their genes, by rank.

    ``hits``: places in the ranking, from 0, ascending in each row. Between them the sum falls evenly.
    """
    size = hits.shape[1]
    risen = np.cumsum(weights[hits], axis=1)
    total = risen[:, -1:]
    weightless = total[:, 0] == 0
    if weightless.any():
        risen[weightless] = np.arange(1, size + 1)
    risen /= risen[:, -1:].copy()
    fallen = (hits - np.arange(size, dtype=hits.dtype)) / max(len(weights) - size, 1)
    before = -fallen
    before[:, 1:] += risen[:, :-1]
    return risen - fallen, before


def _farthest(tops: Floats, bottoms: Floats) -> Floats:
    high, low = tops.max(axis=1), bottoms.min(axis=1)
    return np.asarray(np.where(high + low > _ROUNDING, high, low), dtype=np.float64)


def _against_chance(
    es: Floats, set_size: Ints, weights: Floats, largest: int, permutations: int, seed: int
) -> tuple[Floats, Floats]:
    """NES and p-value of each set against random sets of its size."""
    sizes, which = np.unique(set_size, return_inverse=True)
    is_up = es >= 0
    extreme, alike, total = np.zeros(len(es)), np.zeros(len(es)), np.zeros(len(es))
    members = [np.flatnonzero(which == i) for i in range(len(sizes))]
    largest = min(largest, len(weights)) if len(es) else 0
    for drawn in _random_genes(len(weights), largest, permutations, seed):
        for size, rows in zip(sizes, members, strict=True):
            null = np.sort(_farthest(*running_sums(np.sort(drawn[:, :size], axis=1), weights)))
            below = np.searchsorted(null, 0.0)
            up = is_up[rows]
            alike[rows] += np.where(up, len(null) - below, below)
            total[rows] += np.where(up, null[below:].sum(), -null[:below].sum())
            beyond = len(null) - np.searchsorted(null, es[rows] - _ROUNDING, side="left")
            extreme[rows] += np.where(up, beyond, np.searchsorted(null, es[rows] + _ROUNDING, side="right"))
    mean = np.divide(total, alike, out=np.full(len(es), np.nan), where=alike > 0)
    return es / mean, (1 + extreme) / (1 + alike)


def _random_genes(ranked: int, most: int, permutations: int, seed: int) -> Iterator[Ints]:
    """Blocks of permutations: each row has ``most`` different places of the ranking in random order.

    Any first part of a row is a random set too (Fisher-Yates shuffle, stopped after ``most`` genes).
    """
    random = np.random.default_rng(seed)
    block = int(np.clip(_CELLS // max(ranked, 1), 1, permutations))
    places = np.repeat(np.arange(ranked, dtype=np.int32)[:, None], block, axis=1)
    columns = np.arange(block)
    for start in range(0, permutations if most else 0, block):
        others = random.integers(np.arange(most)[:, None], ranked, size=(most, block))
        for place, other in enumerate(others):
            taken = places[other, columns]
            places[other, columns] = places[place]
            places[place] = taken
        yield places[:most, : permutations - start].T.copy()
