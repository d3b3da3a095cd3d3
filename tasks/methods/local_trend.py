"""Trend of dispersion over mean without a form, for studies whose dispersions follow none.

Local quadratic regression of log dispersion on log mean, as locfit in R does it, which DESeq2 falls
back to. Loader 1999, doi:10.1007/b98858
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SHARE = 0.7  # of the points, the nearest that a fit rests on
CUT = 0.8  # cells longer than this share of their corners' bandwidth are halved
DEGREE = 2


@dataclass(frozen=True)
class LocalTrend:
    """Log dispersion and its slope at ascending log means; cubic between, beyond with the ``bend`` of one parabola.

    The parabola is that of all points together, which locfit fits before it fits what is left of them.
    """

    corners: tuple[float, ...]
    values: tuple[float, ...]
    slopes: tuple[float, ...]
    bend: float = 0.0

    def __call__(self, means: Floats) -> Floats:
        """Dispersion expected at each mean; 0 has none (NaN)."""
        corners, values, slopes = (np.array(a) for a in (self.corners, self.values, self.slopes))
        with np.errstate(divide="ignore", invalid="ignore"):
            x = np.where(means > 0, np.log(means), np.nan)
        cell = np.clip(np.searchsorted(corners, x, side="right") - 1, 0, len(corners) - 2)
        width = corners[cell + 1] - corners[cell]
        t = np.clip((x - corners[cell]) / width, 0.0, 1.0)
        below, above = np.minimum(x - corners[0], 0.0), np.maximum(x - corners[-1], 0.0)
        beyond = below * slopes[0] + above * slopes[-1] + self.bend * (below**2 + above**2)
        smooth = (
            (1 + 2 * t) * (1 - t) ** 2 * values[cell]
            + t**2 * (3 - 2 * t) * values[cell + 1]
            + width * (t * (1 - t) ** 2 * slopes[cell] - t**2 * (1 - t) * slopes[cell + 1])
        )
        return np.asarray(np.exp(smooth + beyond), dtype=np.float64)


def local_trend(means: Floats, dispersions: Floats) -> LocalTrend | None:
    """Trend of genes' dispersions, each weighing as its mean; null where there are too few to say."""
    x, y = np.log(means), np.log(dispersions)
    near = int(SHARE * len(x) + 1e-12)
    if near <= DEGREE + 1 or len(np.unique(x)) <= DEGREE + 1:
        return None
    found: dict[float, tuple[float, float, float]] = {}

    def fitted(at: float) -> tuple[float, float, float]:
        if at not in found:
            distance = np.abs(x - at)
            reach = float(np.partition(distance, near - 1)[near - 1])
            weight = np.sqrt(means * np.clip(1 - (distance / reach) ** 3, 0.0, None) ** 3)
            powers = np.vander(x - at, DEGREE + 1, increasing=True) * weight[:, None]
            value, slope, *_ = np.linalg.lstsq(powers, y * weight, rcond=None)[0]
            found[at] = float(value), float(slope), reach
        return found[at]

    cells = [(float(x.min()), float(x.max()))]
    while cells:
        low, high = cells.pop()
        if high - low > CUT * min(fitted(low)[2], fitted(high)[2]):
            middle = (low + high) / 2
            cells += [(low, middle), (middle, high)]
    corners = tuple(sorted(found))
    root = np.sqrt(means)
    bend = np.linalg.lstsq(np.vander(x, DEGREE + 1, increasing=True) * root[:, None], y * root, rcond=None)[0][-1]
    return LocalTrend(corners, tuple(found[c][0] for c in corners), tuple(found[c][1] for c in corners), float(bend))
