"""Where positive begins: thresholds from control tubes, or from the events themselves; deterministic.

On the logicle scale, whose linear width is that of the negative values as Parks et al. advise.

Parks, Roederer & Moore 2006, doi:10.1002/cyto.a.20258; Ashman, Bird & Zepf 1994 (separation of a mixture),
doi:10.1086/117248
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tasks.methods.biexponential import MOST_VALUE, Logicle

Array = npt.NDArray[np.float64]
CONTROL_PERCENTILE = 99.5
CONTAMINATED_PERCENT = 3.0
MOST_EVENTS = 50_000
LEAST_CONTROL_EVENTS = 100
_DECADES = 4.5
_UNIMODAL_SDS = 3.0
_MAD_TO_SD = 1.4826
_BINS = 512
_VALLEY_DEPTH = 0.6
_LEAST_PEAK = 0.02
_SEPARATED = 2.0
_LEAST_WEIGHT = 0.01


@dataclass(frozen=True)
class Threshold:
    """A linear value (positive is that and above), how it was found, and what a person should know."""

    value: float
    method: str
    flag: str | None = None


def scale_for(values: Array, top: float | None = None) -> Logicle:
    """A logicle scale for one channel: T is the channel's range, W from the 5th percentile of the negative values."""
    finite = values[np.isfinite(values)]
    highest = min(max(float(finite.max()) if finite.size else 1.0, top or 1.0, 1.0), MOST_VALUE)
    below = finite[finite < 0]
    width = 0.5
    if below.size:
        depth = max(abs(float(np.percentile(below, 5))), 1e-9)
        width = (_DECADES - math.log10(max(highest / depth, 1.0))) / 2
    return Logicle(highest, min(max(width, 0.0), _DECADES / 2 - 0.25), _DECADES)


def thinned(values: Array, most: int = MOST_EVENTS) -> Array:
    """At most so many finite values, evenly spread over the acquisition."""
    finite = values[np.isfinite(values)]
    return finite if finite.size <= most else finite[np.linspace(0, finite.size - 1, most).astype(np.int64)]


def control_threshold(values: Array, kind: str, scale: Logicle) -> Threshold | None:
    """The control's 99.5th percentile; null when it has fewer than 100 events.

    A control of which more than 3 % lie above a valley of its density is not all negative: dead or stained cells are in
    it. The percentile is of the events below the valley then, and the flag is ``control_not_negative``.
    """
    finite = values[np.isfinite(values)]
    if finite.size < LEAST_CONTROL_EVENTS:
        return None
    method = f"{kind}: {CONTROL_PERCENTILE}th percentile"
    positions = scale.apply(finite)
    low = valley(positions)
    if low is not None and 100 * float((positions > low).mean()) > CONTAMINATED_PERCENT:
        value = float(np.percentile(finite[positions <= low], CONTROL_PERCENTILE))
        return Threshold(value, f"{method} below its valley", "control_not_negative")
    return Threshold(float(np.percentile(finite, CONTROL_PERCENTILE)), method)


def _robust_bound(positions: Array, sds: float) -> float:
    """Median + so many SD, the SD from the median deviation of the upper half."""
    middle = float(np.median(positions))
    above = positions[positions >= middle] - middle
    return middle + sds * max(_MAD_TO_SD * float(np.median(above)), 1e-3)


def data_threshold(samples: Sequence[Array], scale: Logicle) -> Threshold | None:
    """A threshold from the stained samples themselves, pooled with equal weight; null without events.

    The deepest valley of the density between two modes, if it is below 60 % of the lower one; else where two normal
    components that are well apart (Ashman's D > 2) cross; else the main population's median + 3 robust SD, with the
    flag ``no_separation``.
    """
    most = max((s.size for s in samples), default=0)
    pooled = np.concatenate([thinned(s, MOST_EVENTS // max(len(samples), 1)) for s in samples]) if most else np.empty(0)
    if pooled.size < LEAST_CONTROL_EVENTS:
        return None
    positions = scale.apply(pooled)
    found = valley(positions)
    method = "data-driven: valley of the density"
    if found is None:
        found, method = _mixture(positions), "data-driven: two-component mixture"
    flag = None
    if found is None:
        found, method = _robust_bound(positions, _UNIMODAL_SDS), "data-driven: median + 3 robust SD"
        flag = "no_separation"
    return Threshold(float(scale.inverse(np.array([found]))[0]), method, flag)


def density(positions: Array) -> tuple[Array, Array]:
    """A smoothed histogram: bin centres and density, the highest 1.

    The bandwidth is Silverman's, of the narrower of SD and interquartile range.
    """
    low, high = np.percentile(positions, [0.05, 99.95])
    margin = max(float(high - low), 1e-6) * 0.1
    edges = np.linspace(low - margin, high + margin, _BINS + 1)
    counts = np.histogram(positions, edges)[0].astype(np.float64)
    quartiles = np.percentile(positions, [25, 75])
    spread = min(float(positions.std()), float(quartiles[1] - quartiles[0]) / 1.34)
    step = float(edges[1] - edges[0])
    width = max(0.9 * spread * positions.size**-0.2, 1.5 * step) / step
    reach = np.arange(-math.ceil(4 * width), math.ceil(4 * width) + 1)
    kernel = np.exp(-0.5 * (reach / width) ** 2)
    smooth = np.convolve(counts, kernel / kernel.sum(), mode="full")[len(reach) // 2 :][:_BINS]
    return (edges[:-1] + edges[1:]) / 2, smooth / max(float(smooth.max()), 1e-300)


def modes(heights: Array, least: float = _LEAST_PEAK) -> list[int]:
    """Bins of local maxima at least so high."""
    inner = heights[1:-1]
    found = np.flatnonzero((inner > heights[:-2]) & (inner >= heights[2:]) & (inner >= least)) + 1
    return [int(i) for i in found]


def valley(positions: Array) -> float | None:
    """The bin between two modes where the density falls furthest below the lower of them; null where none does."""
    centres, heights = density(positions)
    best, found = _VALLEY_DEPTH, None
    peaks = modes(heights)
    for left, right in pairwise(peaks):
        low = int(left + np.argmin(heights[left : right + 1]))
        before, after = max(heights[p] for p in peaks if p <= left), max(heights[p] for p in peaks if p >= right)
        depth = heights[low] / min(before, after)
        if depth < best:
            best, found = float(depth), float(centres[low])
    return found


def _mixture(positions: Array) -> float | None:
    """Where two normal components cross, between their means; null when they are not well apart."""
    ordered = np.sort(positions)
    halves = np.array_split(ordered, 2)
    mean = np.array([half.mean() for half in halves])
    sd = np.array([max(float(half.std()), 1e-6) for half in halves])
    weight = np.array([0.5, 0.5])
    counts, edges = np.histogram(ordered, 4 * _BINS)
    counts, x = counts[counts > 0], ((edges[:-1] + edges[1:]) / 2)[counts > 0]
    for _ in range(200):
        scaled = (x[:, None] - mean) / sd
        joint = weight / sd * np.exp(-0.5 * scaled**2)
        share = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-300)
        share *= counts[:, None]
        total = np.maximum(share.sum(axis=0), 1e-9)
        before, mean = mean, (share * x[:, None]).sum(axis=0) / total
        sd = np.sqrt(np.maximum((share * (x[:, None] - mean) ** 2).sum(axis=0) / total, 1e-12))
        weight = total / counts.sum()
        if float(np.abs(mean - before).max()) < 1e-6:  # noqa: PLR2004 -- far below a bin
            break
    apart = math.sqrt(2) * abs(mean[1] - mean[0]) / math.sqrt(float((sd**2).sum()))
    if apart < _SEPARATED or weight.min() < _LEAST_WEIGHT:
        return None
    low, high = (0, 1) if mean[0] < mean[1] else (1, 0)
    grid = np.linspace(mean[low], mean[high], 1_001)
    heights = weight / sd * np.exp(-0.5 * ((grid[:, None] - mean) / sd) ** 2)
    crossed = np.flatnonzero(heights[:, high] >= heights[:, low])
    return float(grid[crossed[0]]) if crossed.size else None
