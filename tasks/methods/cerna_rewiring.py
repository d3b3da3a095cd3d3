"""How many pairs a target table would call by its degrees alone: the table rewired, degrees kept."""

from __future__ import annotations

import math

import numpy as np

from tasks.methods.cerna_pairs import Incidence, Ints, PairFamily, incidence, tail

TRADES = 20  # rounds in which every ceRNA trades with another
REWIRINGS = 20
SAMPLED_PAIRS = 2_000_000  # per rewiring; larger families are sampled by ceRNA


def false_call_rate(
    cernas: Incidence, mrnas: Incidence, family: PairFamily, fdr: float, seed: int, rewirings: int = REWIRINGS
) -> float:
    """Pairs that rewired tables call at the p-value up to which the real ones are called, as a share of those.

    Every miRNA keeps its number of ceRNAs and every ceRNA its number of miRNAs, so that what miRNAs with many targets
    share by popularity is in the rate; the hypergeometric test takes all miRNAs as alike. The expected number of
    calls is the mean of ``rewirings``. NaN where no pair is called; above 1 is given as 1.
    """
    called = family.padj < fdr
    if not called.any():
        return math.nan
    limit = family.pvalue[called].max()
    degrees, column = np.unique(family.mrna_mirnas, return_inverse=True)
    rng = np.random.default_rng(seed)
    rows = cernas.shape[0]
    sampled = min(rows, max(1, SAMPLED_PAIRS // max(mrnas.shape[0], 1)))
    mirnas = mrnas.T.tocsr()
    own, least = np.unique(family.cerna_mirnas, return_inverse=True)
    needed = np.stack([_least_shared(int(m), degrees, family.population, limit) for m in own])
    found = 0
    for _ in range(rewirings):
        shuffled = rewired(cernas, TRADES, rng)
        chosen = np.sort(rng.choice(rows, sampled, replace=False))
        product = shuffled[chosen] @ mirnas
        row = np.repeat(chosen, np.diff(product.indptr))
        found += int((product.data >= needed[least[row], column[product.indices]]).sum())
    expected = found / rewirings * rows / sampled
    return float(min(1.0, expected / called.sum()))


def _least_shared(own: int, others: Ints, population: int, limit: float) -> Ints:
    """Smallest number of shared miRNAs whose p-value is within ``limit``, per number of the other's miRNAs."""
    return np.asarray((tail(own, others, population, own) > limit).sum(axis=1))


def rewired(table: Incidence, rounds: int, rng: np.random.Generator) -> Incidence:
    """The table with all row and column sums kept: in every round rows meet in random pairs and trade.

    Two rows keep what they share and deal what only one of them has at random, as many to each as before.
    Strona et al. 2014, doi:10.1038/ncomms5114; here all rows trade at once.
    """
    rows, columns = table.shape
    row = np.repeat(np.arange(rows), np.diff(table.indptr))
    column = table.indices.astype(np.int64)
    meeting = np.empty(rows, dtype=np.int64)
    for _ in range(rounds):
        order = rng.permutation(rows)
        meeting[order] = np.arange(rows) // 2
        cell = meeting[row] * columns + column
        by_cell = np.argsort(cell, kind="stable")
        row, column, cell = row[by_cell], column[by_cell], cell[by_cell]
        is_twin = np.zeros(len(cell), dtype=bool)
        is_twin[1:] = cell[1:] == cell[:-1]
        is_twin[:-1] |= is_twin[1:]
        alone = np.flatnonzero(~is_twin)
        # within a meeting the owners of lone entries are dealt anew
        dealt = np.lexsort((rng.random(len(alone)), meeting[row[alone]]))
        row[alone] = row[alone[dealt]]
    return incidence(row, column, (rows, columns))
