"""Rank tests within complete blocks (donors, plates): Friedman, its comparisons, Wilcoxon's signed ranks."""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations

import numpy as np
from scipy import stats

from tasks.methods.group_results import Floats, Omnibus, Pair
from tasks.methods.ties import differences, without_rounding

_MOST_SUMS = 300_000  # rank sums that a block may add; beyond, χ²
_MOST_GROUPS = 6
_MOST_PAIRS = 50  # of which signed ranks are counted


@lru_cache(maxsize=256)
def _law(blocks: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], tuple[float, ...]] | None:
    """Values of Σ (rank sum)², falling, and the share of orders within blocks at or above each.

    ``blocks``: twice the midranks of each block, sorted. Null where too many states would be counted.
    """
    states = {tuple(blocks[0]): 1.0}  # up to the order of groups, which the statistic does not see
    for block in blocks[1:]:
        orders = list(permutations(block))
        if len(states) * len(orders) > _MOST_SUMS:
            return None
        after: dict[tuple[int, ...], float] = {}
        for sums, share in states.items():
            for order in orders:
                key = tuple(sorted(x + y for x, y in zip(sums, order, strict=True)))
                after[key] = after.get(key, 0.0) + share / len(orders)
        states = after
    shares: dict[int, float] = {}
    for sums, share in states.items():
        value = sum(x * x for x in sums)
        shares[value] = shares.get(value, 0.0) + share
    values = sorted(shares, reverse=True)
    return tuple(values), tuple(np.cumsum([shares[v] for v in values]).tolist())


def friedman(table: Floats) -> Omnibus:
    """Friedman's χ² with its exact p-value for small tables, ties included; the effect is Kendall's W.

    ``table``: blocks x groups x families. df1 is groups - 1 where p comes from χ², NaN where it is exact.

    Friedman 1937, doi:10.1080/01621459.1937.10503522
    """
    count, k, _ = table.shape
    doubled = np.rint(2 * stats.rankdata(without_rounding(table), axis=1)).astype(int)
    found = []
    for family in range(table.shape[2]):
        ranks = doubled[:, :, family]
        square = int((ranks.sum(axis=0) ** 2).sum())
        spread = (ranks.astype(float) ** 2).sum() / 4 - count * k * (k + 1) ** 2 / 4
        if spread <= 0:
            found.append((np.nan, np.nan, np.nan, np.nan))
            continue
        statistic = (k - 1) * (square / 4 - count**2 * k * (k + 1) ** 2 / 4) / spread
        law = _law(tuple(sorted(tuple(sorted(row)) for row in ranks.tolist()))) if k <= _MOST_GROUPS else None
        if law:
            found.append((statistic, np.nan, min(law[1][law[0].index(square)], 1.0), law[1][0]))
        else:
            found.append((statistic, k - 1.0, float(stats.chi2.sf(statistic, k - 1)), np.nan))
    statistic, df1, pvalue, least = (np.array(x, dtype=np.float64) for x in zip(*found, strict=True))
    reasons = tuple("no_variance" if np.isnan(x) else None for x in statistic)
    nothing = np.full_like(statistic, np.nan)
    return Omnibus(statistic, df1, nothing, pvalue, reasons, statistic / (count * (k - 1)), least)


def friedman_pair(table: Floats, a: int, b: int) -> Pair:
    """Compare mean ranks within blocks by z: mean rank b - mean rank a; uncorrected p.

    The standard error is sqrt(k (k + 1) / (6 n)). Ties are not corrected for, as usual, which is conservative.

    Hollander, Wolfe & Chicken 2014, doi:10.1002/9781119196037
    """
    count, k, _ = table.shape
    table = without_rounding(table)
    ranks = stats.rankdata(table, axis=1)
    is_level = (np.ptp(table, axis=1) == 0).all(axis=0)
    error = np.sqrt(k * (k + 1) / (6 * count))
    statistic = np.where(is_level, np.nan, (ranks[:, b] - ranks[:, a]).mean(axis=0) / error)
    pvalue = np.asarray(2 * stats.norm.sf(np.abs(statistic)), dtype=np.float64)
    least = np.where(is_level, np.nan, 2 * stats.norm.sf((k - 1) / error))
    nothing = np.full_like(statistic, np.nan)
    reasons = tuple("no_variance" if level else None for level in is_level)
    difference = (table[:, b] - table[:, a]).mean(axis=0)
    return Pair(difference, nothing, nothing, statistic, pvalue, reasons, nothing, nothing, least)


@lru_cache(maxsize=256)
def _signed_law(doubled: tuple[int, ...]) -> tuple[float, ...]:
    """Probability of each sum of positive ranks (doubled) when signs are tossed."""
    law = np.ones(1)
    for rank in doubled:
        longer = np.zeros(len(law) + rank)
        longer[: len(law)] += law / 2
        longer[rank:] += law / 2
        law = longer
    return tuple(law.tolist())


def signed_ranks(first: Floats, second: Floats) -> Pair:
    """Wilcoxon's V (sum of ranks of positive second - first) with its exact two-sided p, ties included.

    ``first`` and ``second``: pairs x families. Differences of 0 are dropped, as Wilcoxon did; beyond 50
    pairs by the normal approximation with continuity correction. The effect is the matched-pairs
    rank-biserial correlation.

    Wilcoxon 1945, doi:10.2307/3001968; Kerby 2014, doi:10.2466/11.IT.3.1
    """
    found = []
    for column in differences(first, second).T:
        kept = column[column != 0]
        if len(kept) == 0:
            found.append((np.nan, np.nan, np.nan, np.nan))
            continue
        doubled = np.rint(2 * stats.rankdata(np.abs(kept))).astype(int)
        up, total = int(doubled[kept > 0].sum()), int(doubled.sum())
        effect = (2 * up - total) / total
        if len(kept) > _MOST_PAIRS:
            error = np.sqrt((doubled.astype(float) ** 2).sum() / 16)
            z = max(abs(up / 2 - total / 4) - 0.5, 0.0) / error
            found.append((up / 2, 2 * float(stats.norm.sf(z)), effect, np.nan))
            continue
        law = np.array(_signed_law(tuple(sorted(doubled.tolist()))))
        away = np.abs(2 * np.arange(len(law)) - total)
        pvalue = float(law[away >= abs(2 * up - total)].sum())
        found.append((up / 2, min(pvalue, 1.0), effect, float(2.0 ** (1 - len(kept)))))
    statistic, pvalues, effects, least = (np.array(x, dtype=np.float64) for x in zip(*found, strict=True))
    nothing = np.full_like(statistic, np.nan)
    reasons = tuple("no_variance" if np.isnan(x) else None for x in statistic)
    difference = (second - first).mean(axis=0)
    return Pair(difference, nothing, nothing, statistic, pvalues, reasons, nothing, effects, least)
