"""What pictures of events share: a subsample that is always the same, axes with logicle scale, densities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from schemas.study import Study
from tasks.methods.biexponential import Logicle
from tasks.methods.figure_style import group_colours, group_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]
SEED = 20240304
BINS = 96
SMOOTHING = 1.5  # bins
EDGE = 0.02  # of the scale, beyond the outermost events
DECADES = range(1, 9)
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def subsample(count: int, most: int) -> npt.NDArray[np.int64]:
    """Places of at most ``most`` of ``count`` events, drawn without replacement by a fixed seed, in order."""
    if count <= most:
        return np.arange(count, dtype=np.int64)
    return np.sort(np.random.default_rng(SEED).choice(count, most, replace=False)).astype(np.int64)


def local_density(x: Array, y: Array) -> Array:
    """How crowded the place of each event is, 0 to 1, from a smoothed two-dimensional histogram."""
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - slow to import

    counts, x_edges, y_edges = np.histogram2d(x, y, bins=BINS)
    smooth = gaussian_filter(counts, SMOOTHING)
    at_x = np.clip(np.searchsorted(x_edges, x, side="right") - 1, 0, BINS - 1)
    at_y = np.clip(np.searchsorted(y_edges, y, side="right") - 1, 0, BINS - 1)
    return np.asarray(smooth[at_x, at_y] / max(float(smooth.max()), 1e-300), dtype=np.float64)


def profile(positions: Array, low: float, high: float) -> tuple[Array, Array]:
    """Centres and smoothed heights (percent of the highest) of a histogram between two positions of a scale."""
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415 - slow to import

    counts, edges = np.histogram(np.clip(positions, low, high), bins=BINS, range=(low, high))
    smooth = gaussian_filter1d(counts.astype(np.float64), SMOOTHING, mode="nearest")
    top = float(smooth.max())
    return (edges[:-1] + edges[1:]) / 2, np.asarray(100 * smooth / top if top else smooth, dtype=np.float64)


def limits(positions: Sequence[Array], room: float = EDGE) -> tuple[float, float]:
    """Ends of an axis that hold 99.8 % of the events of every acquisition, with ``room`` (of the scale) beyond them."""
    known = [p[np.isfinite(p)] for p in positions]
    filled = [p for p in known if p.size]
    if not filled:
        return 0.0, 1.0
    low = min(float(np.percentile(p, 0.1)) for p in filled)
    high = max(float(np.percentile(p, 99.9)) for p in filled)
    return low - room, max(high, low + EDGE) + room


def logicle_axis(axes: Axes, which: str, scale: Logicle, ends: tuple[float, float]) -> None:
    """Ticks at 0 and at the powers of ten that fit, for data drawn at positions of the scale."""
    top = scale.t
    values = [0.0, *(10.0**d for d in DECADES if 10.0**d <= top)]
    at = scale.apply(np.array(values))
    zero = float(at[0])
    words = ["0", *(f"10{str(d).translate(SUPERSCRIPTS)}" for d in DECADES if 10.0**d <= top)]
    gap = 0.07 * (ends[1] - ends[0])
    kept = [(p, w) for p, w in zip(at.tolist(), words, strict=True) if w == "0" or p - zero > gap]
    kept = [(p, w) for p, w in kept if ends[0] <= p <= ends[1]]
    places, labels = [p for p, _ in kept], [w for _, w in kept]
    if which == "x":
        axes.set_xlim(*ends)
        axes.set_xticks(places, labels)
    else:
        axes.set_ylim(*ends)
        axes.set_yticks(places, labels)


def tube_groups(study: Study) -> dict[str, Any]:
    """Condition of each sample, the conditions' order, labels and colours, for parts of flow pictures."""
    return {
        "conditions": {s.sample: s.condition for s in study.samples},
        "labels": group_labels(study),
        "colours": group_colours(study),
    }
