"""Whether samples resemble those of their own donor, and pairs whose labels look exchanged. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tasks.methods.sample_space import most_variable

Floats = npt.NDArray[np.float64]
CLEAR_GAIN = 0.25  # correlation; without effects of donors those of residuals scatter by 0.05
COMPARED = 3000  # features: differences between donors are small and spread over many
FITTING = 0.1  # a sample fits its donor where it correlates so much more with it than with any other
FITTING_SHARE = 0.85
LEAST_DONORS = 3  # of two, each is the mirror image of the other once the conditions' means are removed


@dataclass(frozen=True)
class DonorMatches:
    """Of each sample: mean correlation with its donor's others, the best other donor; NaN or null for none.

    ``exchanged``: pairs of samples (places) whose labels look exchanged.
    """

    own: Floats
    nearest: tuple[str | None, ...]
    nearest_correlation: Floats
    exchanged: tuple[tuple[int, int], ...]


def donor_matches(values: Floats, donors: Sequence[str], conditions: Sequence[str]) -> DonorMatches:
    """Correlate samples over the most variable features once the conditions' means are taken off.

    ``values``: features x samples, on a scale of stable variance; a donor may be empty (none named). Compared are
    samples of different conditions, for those of one condition are related by its mean alone. Two samples of
    different donors look exchanged when either resembles the other donor's samples, exchanging them raises the
    mean correlation by 0.25 (of a pair of donors the pairs that raise it most), and six in seven samples of the
    study fit their donor once exchanged: otherwise donors hardly matter here. Fewer than three donors say nothing.
    """
    names, groups = np.array(donors), np.array(conditions)
    levels = sorted(set(donors) - {""})
    nothing = np.full(len(donors), np.nan)
    if len(levels) < LEAST_DONORS or len(set(conditions)) == 1 or not len(values):
        return DonorMatches(nothing, (None,) * len(donors), nothing, ())
    means = np.column_stack([values[:, groups == g].mean(axis=1) for g in groups])
    with np.errstate(invalid="ignore", divide="ignore"):
        related = np.atleast_2d(np.corrcoef(most_variable(values - means, COMPARED), rowvar=False))
    comparable = (groups[:, None] != groups[None, :]) & np.isfinite(related)
    own, nearest, distance = _by_donor(related, comparable, names, levels)
    pairs = _exchanged(related, comparable, names)
    first = {tuple(sorted((str(names[one]), str(names[other])))): (one, other) for one, other in reversed(pairs)}
    mended = names.copy()
    for one, other in first.values():
        mended[[one, other]] = mended[[other, one]]
    after, _, rival = _by_donor(related, comparable, mended, levels)
    with np.errstate(invalid="ignore"):
        fits = (after > rival + FITTING)[~np.isnan(after) & ~np.isnan(rival)]
    clear = len(fits) > 0 and fits.mean() >= FITTING_SHARE
    return DonorMatches(own, nearest, distance, pairs if clear else ())


def _by_donor(
    related: Floats, comparable: npt.NDArray[np.bool_], names: npt.NDArray[np.str_], levels: Sequence[str]
) -> tuple[Floats, tuple[str | None, ...], Floats]:
    """Mean correlation of each sample with its own donor's others; the best other donor and that with it."""
    table = np.full((len(names), len(levels)), np.nan)
    for column, level in enumerate(levels):
        used = comparable & (names == level)[None, :]
        count = used.sum(axis=1)
        some = count > 0
        table[some, column] = np.where(used, related, 0.0)[some].sum(axis=1) / count[some]
    is_own = names[:, None] == np.array(levels)[None, :]
    own: Floats = np.where(is_own.any(axis=1), np.where(is_own, table, 0.0).sum(axis=1), np.nan)
    away = np.where(np.isnan(table) | is_own, -np.inf, table)
    best, highest = away.argmax(axis=1), away.max(axis=1)
    seen = np.isfinite(highest)
    nearest = tuple(levels[b] if s else None for b, s in zip(best, seen, strict=True))
    return own, nearest, np.where(seen, highest, np.nan)


def _exchanged(
    related: Floats, comparable: npt.NDArray[np.bool_], names: npt.NDArray[np.str_]
) -> tuple[tuple[int, int], ...]:
    """Pairs of samples whose exchange makes the donors fit."""

    def mean(sample: int, donor: str, without: int) -> float:
        used = comparable[sample] & (names == donor)
        used[without] = False
        return float(related[sample, used].mean()) if used.any() else float("nan")

    gains: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    for one, other in combinations(range(len(names)), 2):
        a, b = str(names[one]), str(names[other])
        if not a or not b or a == b:
            continue
        there = [mean(one, b, other), mean(other, a, one)]
        here = [mean(one, a, one), mean(other, b, other)]
        gain = float(np.mean(there) - np.mean(here))
        if gain > CLEAR_GAIN and all(t > h for t, h in zip(there, here, strict=True)):
            gains.setdefault((min(a, b), max(a, b)), []).append((gain, one, other))
    return tuple(
        (one, other)
        for found in gains.values()
        for gain, one, other in sorted(found)
        if gain > max(g for g, *_ in found) - CLEAR_GAIN / 5
    )
