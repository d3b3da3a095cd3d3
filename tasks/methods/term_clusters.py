"""Terms that say the same: groups that rest on nearly the same genes of a list, and the term that speaks for each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
KAPPA = 0.5  # DAVID's similarity threshold at medium stringency
_ROWS = 256  # terms whose shared genes are counted at a time


def shared_counts(genes: pl.Series) -> tuple[sparse.csr_array, Ints]:
    """Terms x genes (1 where the term has the gene) and the genes of each term; ``genes``: semicolon lists."""
    pairs = pl.DataFrame({"gene": genes.str.split(";")}).with_row_index("row").explode("gene").drop_nulls()
    columns = pairs["gene"].rank("dense").to_numpy().astype(np.int64) - 1 if pairs.height else np.zeros(0, np.int64)
    shape = (len(genes), int(columns.max(initial=-1)) + 1)
    table = sparse.csr_array((np.ones(pairs.height), (pairs["row"].to_numpy(), columns)), shape=shape)
    table.data[:] = 1
    return table, np.diff(table.indptr)


def kappa(both: Floats, first: Floats, second: Floats, total: int) -> Floats:
    """Cohen's kappa of two terms over ``total`` genes: their agreement on which genes are in, beyond chance.

    ``both``: genes in both terms; ``first`` and ``second``: genes in each. Terms with the same genes have 1, also
    where they hold every gene and chance agrees too. DAVID groups terms by it (Huang 2007,
    doi:10.1186/gb-2007-8-9-r183).
    """
    observed = (total - first - second + 2 * both) / total
    chance = (first * second + (total - first) * (total - second)) / total**2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(chance < 1, (observed - chance) / (1 - chance), observed)
    return np.asarray(found, dtype=np.float64)


def term_clusters(terms: pl.DataFrame, total: int, threshold: float = KAPPA) -> pl.DataFrame:
    """Group the terms of one family: term_id, cluster (from 1, the most significant first), is_representative.

    ``terms``: term_id, pvalue and genes (of the list in the term, semicolon list); ``total``: genes of the list. The
    most significant term represents a cluster of all terms that agree with it by a kappa of ``threshold`` or more,
    the most significant of the rest the next, and so on; ties by term_id. A term's cluster depends on more
    significant terms only, so that leaving the least significant out changes nothing. Not DAVID's fuzzy grouping,
    which may put a term in several groups: here each has one.
    """
    ordered = terms.sort("pvalue", "term_id")
    table, sizes = shared_counts(ordered["genes"])
    other = table.T.tocsr()
    cluster = np.zeros(ordered.height, dtype=np.int64)
    heads = []
    block = np.zeros((0, 0))
    for row in range(ordered.height):
        if row % _ROWS == 0:
            block = (table[row : row + _ROWS] @ other).toarray()
        if cluster[row]:
            continue
        heads.append(row)
        both = block[row % _ROWS]
        agrees = kappa(both, sizes[row].astype(np.float64), sizes.astype(np.float64), total) >= threshold
        agrees[row] = True
        cluster[agrees & (cluster == 0)] = len(heads)
    is_head = np.zeros(ordered.height, dtype=np.bool_)
    is_head[heads] = True
    return pl.DataFrame({"term_id": ordered["term_id"], "cluster": cluster, "is_representative": is_head})
