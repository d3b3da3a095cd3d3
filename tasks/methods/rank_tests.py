"""Rank tests of independent groups: Kruskal-Wallis, Mann-Whitney and Dunn's comparisons.

Small groups get the exact distribution over all ways to deal the ranks out, ties included.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import comb, lcm, prod

import numpy as np
from scipy import stats

from tasks.methods.group_results import Floats, Omnibus, Pair
from tasks.methods.ties import without_rounding

_MOST_DEALS = 400_000  # ways to deal ranks out that are counted; beyond, approximations
_MOST_UNITS = 20


def _deals(sizes: Sequence[int]) -> int:
    return prod(comb(sum(sizes[i:]), n) for i, n in enumerate(sizes))


@lru_cache(maxsize=512)
def _law(sizes: tuple[int, ...], doubled: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Values of Σ lcm R²/n over groups, falling, and the share of deals at or above each.

    ``doubled``: twice the midranks, whole numbers, so that equal statistics compare equal.
    """
    common, count = lcm(*sizes), len(doubled)
    states = {(1 << count) - 1: {0: 1}}  # units not dealt yet: statistic: deals
    for size in sizes[:-1]:
        after: dict[int, dict[int, int]] = {}
        for left, known in states.items():
            members = [i for i in range(count) if left >> i & 1]
            for chosen in combinations(members, size):
                share = common // size * sum(doubled[i] for i in chosen) ** 2
                table = after.setdefault(left & ~sum(1 << i for i in chosen), {})
                for value, deals in known.items():
                    table[value + share] = table.get(value + share, 0) + deals
        states = after
    counts: dict[int, int] = {}
    for left, known in states.items():
        share = common // sizes[-1] * sum(doubled[i] for i in range(count) if left >> i & 1) ** 2
        for value, deals in known.items():
            counts[value + share] = counts.get(value + share, 0) + deals
    values = sorted(counts, reverse=True)
    above = np.cumsum([counts[v] for v in values]) / _deals(sizes)
    return tuple(values), tuple(above.tolist())


def _exact(column: Floats, codes: np.ndarray) -> tuple[float, float] | None:
    """p-value and least p-value of the Kruskal-Wallis H, or null where too many deals would be counted."""
    sizes = [int((codes == g).sum()) for g in range(codes.max() + 1)]
    if len(column) > _MOST_UNITS or _deals(sizes) > _MOST_DEALS:
        return None
    doubled = np.rint(2 * stats.rankdata(column)).astype(int)
    order = sorted(range(len(sizes)), key=sizes.__getitem__)
    ordered = tuple(sizes[g] for g in order)
    values, above = _law(ordered, tuple(sorted(doubled.tolist())))
    common = lcm(*ordered)
    seen = sum(common // sizes[g] * int(doubled[codes == g].sum()) ** 2 for g in order)
    return above[values.index(seen)], above[0]


def kruskal_wallis(values: Floats, groups: Sequence[int]) -> Omnibus:
    """H with its exact p-value for small groups, else by χ²; the effect is ε² = H / (n - 1).

    ``values``: units x families. df1 is groups - 1 where p comes from χ², NaN where it is exact.

    Kruskal & Wallis 1952, doi:10.1080/01621459.1952.10483441
    """
    codes, k = np.asarray(groups), max(groups) + 1
    found = []
    for column in without_rounding(values).T:
        if np.ptp(column) == 0:
            found.append((np.nan, np.nan, np.nan, np.nan))
            continue
        h, approximate = stats.kruskal(*(column[codes == g] for g in range(k)))
        exact = _exact(column, codes)
        found.append((h, np.nan, *exact) if exact else (h, k - 1.0, approximate, np.nan))
    statistic, df1, pvalue, least = (np.array(x, dtype=np.float64) for x in zip(*found, strict=True))
    reasons = tuple("no_variance" if np.isnan(h) else None for h in statistic)
    nothing = np.full_like(statistic, np.nan)
    return Omnibus(statistic, df1, nothing, pvalue, reasons, statistic / (len(codes) - 1), least)


def mann_whitney(values: Floats, groups: Sequence[int], a: int, b: int) -> Pair:
    """U of group b (pairs in which b is higher, ties half) with its exact two-sided p where that can be had.

    Exact over all deals for small groups, ties included; by SciPy's recursion for larger ones
    without ties; else by the normal approximation with continuity correction. The effect is the
    rank-biserial correlation, 2 U / (n_a n_b) - 1.

    Mann & Whitney 1947, doi:10.1214/aoms/1177730491
    """
    codes = np.asarray(groups)
    chosen = (codes == a) | (codes == b)
    sides = (codes[chosen] == b).astype(int)
    found = []
    for column in without_rounding(values[chosen]).T:
        first, second = column[sides == 0], column[sides == 1]
        difference = second.mean() - first.mean()
        if np.ptp(column) == 0:
            found.append((difference, *[np.nan] * 4))
            continue
        is_tied = len(np.unique(column)) < len(column)
        is_long = max(len(first), len(second)) > _MOST_UNITS
        u, rough = stats.mannwhitneyu(second, first, method="asymptotic" if is_tied or is_long else "exact")
        law = (rough, np.nan if is_tied or is_long else 2 / comb(len(column), len(first)))
        pvalue, least = (is_tied and _exact(column, sides)) or law
        found.append((difference, u, pvalue, 2 * u / (len(first) * len(second)) - 1, least))
    differences, us, pvalues, effects, leasts = (np.array(x, dtype=np.float64) for x in zip(*found, strict=True))
    nothing = np.full_like(us, np.nan)
    reasons = tuple("no_variance" if np.isnan(x) else None for x in us)
    return Pair(differences, nothing, nothing, us, pvalues, reasons, nothing, effects, leasts)


def dunn(values: Floats, groups: Sequence[int], a: int, b: int) -> Pair:
    """Dunn's z of mean rank b - mean rank a, ranks over all groups, ties corrected; uncorrected p.

    The effect is the rank-biserial correlation of the two groups.

    Dunn 1964, doi:10.1080/00401706.1964.10490181
    """
    codes, count, values = np.asarray(groups), len(groups), without_rounding(values)
    ranks = stats.rankdata(values, axis=0)
    n_a, n_b = int((codes == a).sum()), int((codes == b).sum())
    tied = np.array([(c**3 - c).sum() for c in (np.unique(x, return_counts=True)[1] for x in values.T)], dtype=float)
    variance = (count * (count + 1) - tied / (count - 1)) / 12 * (1 / n_a + 1 / n_b)
    distance = ranks[codes == b].mean(axis=0) - ranks[codes == a].mean(axis=0)
    is_level = np.ptp(values, axis=0) == 0
    statistic = np.where(is_level, np.nan, distance / np.sqrt(np.where(is_level, 1.0, variance)))
    pvalue = np.asarray(2 * stats.norm.sf(np.abs(statistic)), dtype=np.float64)
    furthest = np.where(is_level, np.nan, (count - (n_a + n_b) / 2) / np.sqrt(np.where(is_level, 1.0, variance)))
    above = values[codes == b][:, None] - values[codes == a][None]
    effect = np.where(is_level, np.nan, np.sign(above).mean(axis=(0, 1)))
    difference = values[codes == b].mean(axis=0) - values[codes == a].mean(axis=0)
    nothing = np.full_like(statistic, np.nan)
    reasons = tuple("no_variance" if level else None for level in is_level)
    least = np.asarray(2 * stats.norm.sf(furthest), dtype=np.float64)
    return Pair(difference, nothing, nothing, statistic, pvalue, reasons, nothing, effect, least)
