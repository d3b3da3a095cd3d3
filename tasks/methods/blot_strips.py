"""Where lanes and proteins lie in a membrane's picture, as far as its own darkness bears it out. Pure.

No file of a densitometry program states the place of a lane. A place is taken only where the picture confirms it: with
lanes that share its width evenly, a strip's darkness by lane follows the protein's densities.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import factorial

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.signal import find_peaks
from scipy.stats import combine_pvalues, t

Floats = npt.NDArray[np.float64]
FAINTEST, ALIKE, FEWEST = 0.08, 0.9, 3  # of the strongest row; correlation with the densities; lanes that can show it
CHANCE, TINY = 0.01, 1e-12


def darkness(picture: npt.NDArray[np.uint8]) -> Floats:
    """How far each pixel is from the background, which is the median; bands may be dark or light. Height x width."""
    grey = picture.astype(np.float64)
    away = np.median(grey) - grey
    dark, light = np.clip(away, 0, None), np.clip(-away, 0, None)
    return dark if dark.sum() >= light.sum() else light


def by_lane(dark: Floats, lane_count: int) -> Floats:
    """Mean darkness of each lane where lanes share the width evenly, the darkness of its own edges taken off."""
    edges = np.linspace(0, dark.shape[1], lane_count + 1)
    profile = dark.mean(axis=0)
    slots = [profile[round(a) : round(b)] for a, b in pairwise(edges)]
    return np.array([slot.mean() - min(slot[0], slot[-1]) for slot in slots])


def strips(dark: Floats, lane_count: int, lanes: Sequence[int], signals: Floats) -> list[tuple[int, int]] | None:
    """First and last row of each protein's strip; null where the picture does not tell which strip is whose.

    ``signals``: proteins x ``lanes``, NaN for no density. There must be as many rows of bands as proteins, and each
    protein's densities must be those of another strip: a correlation of 0.9 or more (one may be left over), over
    all proteins less than 1 % by chance, of the lanes with a density and of all orders in which strips may be given.
    """
    count = len(signals)
    rows = dark.mean(axis=1)
    peaks, _ = find_peaks(np.pad(rows, 1), prominence=FAINTEST * rows.max(), distance=max(len(rows) // (4 * count), 1))
    if len(peaks) != count or len(lanes) < FEWEST:
        return None
    between = [round((a + b) / 2) - 1 for a, b in pairwise(peaks)]
    half = min((b - a for a, b in pairwise(peaks)), default=2 * len(rows)) // 2
    starts = [max(peaks[0] - 1 - half, 0), *between]
    ends = [*between, min(peaks[-1] - 1 + half, len(rows))]
    wanted = [lane - 1 for lane in lanes]
    seen = [by_lane(dark[a:b], lane_count)[wanted] for a, b in zip(starts, ends, strict=True)]
    alike = np.array([[_correlation(mine, strip) for strip in seen] for mine in signals])
    proteins, found = linear_sum_assignment(-alike)
    chosen = alike[proteins, found]
    if int((chosen >= ALIKE).sum()) < max(count - 1, 1) or _chance(chosen, np.isfinite(signals).sum(axis=1)) > CHANCE:
        return None
    return [(int(starts[place]), int(ends[place])) for place in found]


def _chance(correlations: Floats, known: npt.NDArray[np.int64]) -> float:
    """How often lanes in any order would be as alike, over all proteins: Fisher's combination of one-sided p.

    ``known``: each protein's lanes with a density; with fewer than three its p is 1. The best of all orders of the
    strips was taken: p times their number (Bonferroni).
    """
    safe = np.clip(correlations, -1 + TINY, 1 - TINY)
    freedom = np.maximum(known - 2, 1)
    single = np.where(known < FEWEST, 1.0, t.sf(safe * np.sqrt(freedom / (1 - safe**2)), freedom))
    return float(combine_pvalues(single, method="fisher").pvalue) * factorial(len(known))


def _correlation(one: Floats, other: Floats) -> float:
    known = np.isfinite(one)
    a, b = one[known], other[known]
    if len(a) < FEWEST or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
