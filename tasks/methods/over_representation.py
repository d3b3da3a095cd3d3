"""Over-representation of gene sets in gene lists: hypergeometric test and EASE score of all lists and sets at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from tasks.methods.cerna_pairs import tail

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Membership = sparse.csr_array  # lists or sets x genes of the background, 1 where the gene is a member


@dataclass(frozen=True)
class OverRepresentation:
    """Every list (row) against every set of the family (column).

    ``family`` are the rows of the sets that the size limits keep: the columns here, in that order.
    """

    family: Ints
    overlap: Ints
    pvalue: Floats
    padj: Floats
    list_size: Ints
    set_size: Ints
    background_size: int

    def fold_enrichment(self) -> Floats:
        """(overlap / list) / (set / background); NaN for an empty list."""
        expected = self.list_size[:, None] * self.set_size / max(self.background_size, 1)
        with np.errstate(invalid="ignore"):
            return np.asarray(self.overlap / expected, dtype=np.float64)


def membership(rows: Ints, genes: Ints, shape: tuple[int, int]) -> Membership:
    """Lists or sets x genes from positions; a gene that stands twice counts once."""
    found = sparse.csr_array((np.ones(len(rows), dtype=np.int32), (rows, genes)), shape=shape)
    found.data[:] = 1
    return found


def over_representation(
    lists: Membership, sets: Membership, limits: tuple[int, int], method: Literal["ora", "ease"] = "ora"
) -> OverRepresentation:
    """P(X >= overlap) of every list and set, and Benjamini-Hochberg over each list's family.

    The columns are the background: all genes that could have been in a list. The family are the sets of which
    ``limits`` genes, both ends included, are in the background; sets without overlap belong to it with p = 1.
    ``ease`` takes one gene out of the overlap, P(X >= overlap - 1), with list, set and background as they are: so it
    gives the scores that its authors' software prints (Hosack 2003, doi:10.1186/gb-2003-4-10-r70). Overlaps of 0 and
    1 have p = 1.
    """
    sizes = np.diff(sets.indptr)
    family = np.flatnonzero((sizes >= max(limits[0], 1)) & (sizes <= limits[1]))
    kept, set_size = sets[family], sizes[family]
    overlap = (lists @ kept.T.tocsr()).toarray()
    list_size = np.diff(lists.indptr)
    pvalue = _tails(overlap, list_size, set_size, lists.shape[1], method)
    return OverRepresentation(family, overlap, pvalue, adjusted_rows(pvalue), list_size, set_size, lists.shape[1])


def _tails(overlap: Ints, list_size: Ints, set_size: Ints, population: int, method: str) -> Floats:
    """Tails by list size and overlap: one table for all sets of all lists of one size."""
    result = np.ones(overlap.shape)
    taken = int(method == "ease")
    sizes, place = np.unique(set_size, return_inverse=True)
    for own in np.unique(list_size):
        rows = np.flatnonzero(list_size == own)
        counted = np.maximum(overlap[rows] - taken, 0)
        most = int(counted.max(initial=0))
        if most:
            table = tail(int(own), sizes, population, most)
            result[rows] = table[place[None, :], counted]
    return result


def adjusted_rows(pvalues: Floats) -> Floats:
    """Benjamini-Hochberg within each row (doi:10.1111/j.2517-6161.1995.tb02031.x)."""
    count = pvalues.shape[1]
    order = np.argsort(pvalues, axis=1, kind="stable")
    scaled = np.take_along_axis(pvalues, order, axis=1) * (count / np.arange(1, count + 1))
    lowest = np.minimum.accumulate(scaled[:, ::-1], axis=1)[:, ::-1]
    result = np.empty_like(pvalues)
    np.put_along_axis(result, order, np.minimum(lowest, 1.0), axis=1)
    return result
