"""Shared miRNAs of every ceRNA-mRNA pair against chance: hypergeometric test over a whole family.

Numbers of shared miRNAs come from one sparse product. P-values depend only on (shared, ceRNA's, mRNA's)
numbers of miRNAs, so they are computed once per distinct triple and looked up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from schemas.errors import DeclarationError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Incidence = sparse.csr_array  # targets x miRNAs, 1 where the table has an entry


@dataclass(frozen=True)
class PairFamily:
    """Pairs that share a miRNA; the family has ``family_size`` pairs, those without a shared miRNA have p = 1.

    Arrays of one length, a value per pair: ``cerna`` and ``mrna`` are rows of the incidences, ``shared`` the number
    of shared miRNAs, ``padj`` Benjamini-Hochberg over the whole family.
    ``cerna_mirnas`` and ``mrna_mirnas`` are per row of the incidences.
    """

    cerna: Ints
    mrna: Ints
    shared: Ints
    pvalue: Floats
    padj: Floats
    cerna_mirnas: Ints
    mrna_mirnas: Ints
    population: int
    family_size: int

    def fold_enrichment(self) -> Floats:
        """(shared / ceRNA's miRNAs) / (mRNA's miRNAs / population), per pair."""
        expected = self.cerna_mirnas[self.cerna] * self.mrna_mirnas[self.mrna] / self.population
        return self.shared / expected

    def strongest(self, count: int) -> PairFamily:
        """The ``count`` pairs of smallest p-value, ties in the order of their rows; the family if it has no more."""
        if len(self.pvalue) <= count:
            return self
        limit = np.partition(self.pvalue, count - 1)[count - 1]
        below, level = np.flatnonzero(self.pvalue < limit), np.flatnonzero(self.pvalue == limit)
        order = np.lexsort((self.mrna[level], self.cerna[level]))
        kept = np.sort(np.r_[below, level[order[: count - len(below)]]])
        taken = {name: getattr(self, name)[kept] for name in ("cerna", "mrna", "shared", "pvalue", "padj")}
        return replace(self, **taken)


def incidence(targets: Ints, mirnas: Ints, shape: tuple[int, int]) -> Incidence:
    """Targets x miRNAs from the positions of table entries; an entry that is there twice counts once."""
    places = (np.asarray(targets, dtype=np.int32), np.asarray(mirnas, dtype=np.int32))  # half the memory of products
    found = sparse.csr_array((np.ones(len(targets), dtype=np.uint16), places), shape=shape)
    found.data[:] = 1
    return found


def pair_family(cernas: Incidence, mrnas: Incidence, population: int | None = None) -> PairFamily:
    """P(X >= shared) of all pairs of ``cernas`` rows and ``mrnas`` rows.

    The columns are the universe: ``population`` miRNAs, which is the number of columns unless the tables
    stand for a larger one. Every row is a candidate. Pairs come in no promised order.
    """
    size = cernas.shape[1] if population is None else population
    if size < cernas.shape[1]:
        raise DeclarationError(f"a population of {size} miRNAs cannot have {cernas.shape[1]} columns")
    many, few = np.diff(mrnas.indptr), np.diff(cernas.indptr)
    order = np.argsort(few, kind="stable")
    product = cernas[order] @ mrnas.T.tocsr()
    degrees, column = np.unique(many, return_inverse=True)
    place = np.empty(product.nnz, dtype=np.int32)  # of a pair's triple in the table of its group
    tables, counts = [], []
    groups = list(_groups(few[order], product.indptr))
    for own, pairs in groups:
        most = int(product.data[pairs].max(initial=0))
        found = (column * (most + 1))[product.indices[pairs]] + product.data[pairs]
        place[pairs] = found
        counts.append(np.bincount(found, minlength=len(degrees) * (most + 1)))
        tables.append(tail(own, degrees, size, most).ravel())
    family = cernas.shape[0] * mrnas.shape[0]
    everything = adjusted(_joined(tables), _joined(counts), family)
    corrected = np.split(everything, np.cumsum([len(table) for table in tables])[:-1])
    pvalue, padj = np.empty(product.nnz), np.empty(product.nnz)
    for (_, pairs), exact, after in zip(groups, tables, corrected, strict=False):
        pvalue[pairs] = exact[place[pairs]]
        padj[pairs] = after[place[pairs]]
    return PairFamily(
        cerna=np.repeat(order.astype(np.int32), np.diff(product.indptr)),
        mrna=product.indices,
        shared=product.data,
        pvalue=pvalue,
        padj=padj,
        cerna_mirnas=few,
        mrna_mirnas=many,
        population=size,
        family_size=family,
    )


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0)


def _groups(degrees: Ints, indptr: Ints) -> Iterator[tuple[int, slice]]:
    """Each distinct degree of sorted rows, with its rows' entries."""
    values, first = np.unique(degrees, return_index=True)
    after = np.searchsorted(degrees, values, side="right")
    for value, low, high in zip(values, first, after, strict=True):
        yield int(value), slice(int(indptr[low]), int(indptr[high]))


def tail(own: int, others: Ints, population: int, most: int) -> Floats:
    """P(X >= k) for k = 0 … ``most`` (columns) when ``own`` of ``population`` miRNAs meet ``others`` of them (rows).

    Probabilities come from their ratios, outwards from the mode, and tails from their small end, so that the relative
    error stays near the rounding of a sum; below the smallest double the answer is 0. Terms are followed until those
    left out are below 1e-20 of the last tail (the distribution is log-concave; Hoeffding 1963,
    doi:10.1080/01621459.1963.10500830).
    """
    n = np.asarray(others, dtype=np.float64)[:, None]
    mode = np.floor((own + 1) * (n + 1) / (population + 2))
    last = min(own, max(most, int(mode.max(initial=0))) + 5 * math.isqrt(own) + 15)
    k = np.arange(last)
    rest = population - own - n + k + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (own - k) * (n - k) / ((k + 1) * rest)  # P(k + 1) / P(k)
        inverse = 1 / ratio
    is_above = k >= mode
    up = np.where(is_above, np.where((k < n) & (rest > 0), ratio, 0.0), 1.0)
    down = np.where(is_above, 1.0, np.where(rest > 0, inverse, 0.0))
    weight = np.ones((len(others), last + 1))
    np.cumprod(up, axis=1, out=weight[:, 1:])
    weight[:, :-1] *= np.cumprod(down[:, ::-1], axis=1)[:, ::-1]
    tails = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    kept = np.zeros((len(others), most + 1))
    kept[:, : last + 1] = (tails / tails[:, :1])[:, : most + 1]
    return kept


def adjusted(pvalues: Floats, counts: Ints, family: int) -> Floats:
    """Benjamini-Hochberg of distinct p-values, each ``counts`` times in a family whose other p-values are 1.

    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    result = np.ones(len(pvalues))
    present = np.flatnonzero(counts)
    order = present[np.argsort(pvalues[present], kind="stable")]
    if order.size:
        ranks = np.cumsum(counts[order])
        raw = pvalues[order] * family / ranks
        result[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return result
