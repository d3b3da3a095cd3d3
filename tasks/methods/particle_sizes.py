"""Size distributions of tracked particles: mean, mode, SD and percentiles from the bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
PERCENTILES = (10, 50, 90)


@dataclass(frozen=True)
class Distribution:
    """What one number-weighted distribution amounts to; sizes are null (None) where it is empty."""

    total: float
    mean_nm: float | None = None
    mode_nm: float | None = None
    sd_nm: float | None = None
    d10_nm: float | None = None
    d50_nm: float | None = None
    d90_nm: float | None = None


def bin_edges(centres: Array) -> Array:
    """Edges of bins from their increasing centres, (n,) to (n + 1,): half-way, the outer ones mirrored."""
    if len(centres) == 1:
        return np.array([0.0, 2 * centres[0]])
    middle = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - middle[0], 2 * centres[-1] - middle[-1]
    return np.concatenate([[max(first, 0.0)], middle, [last]])


def distribution(centres: Array, concentrations: Array) -> Distribution:
    """Describe one distribution: bin centres in nm, increasing, and particles per bin, both (n,).

    Mean and SD weigh centres by particles; the mode is the centre of the fullest bin (the smaller of two); Dx is
    where the cumulative number, linear within a bin, reaches x %.
    """
    with np.errstate(over="ignore"):
        total = float(concentrations.sum())
    if not np.isfinite(total) or total <= 0:
        return Distribution(total)
    share = concentrations / total
    mean = float(share @ centres)
    cumulative = np.concatenate([[0.0], np.cumsum(share)])
    edges = bin_edges(centres)
    levels = np.interp(np.array(PERCENTILES) / 100, cumulative, edges)
    return Distribution(
        total,
        mean,
        float(centres[int(concentrations.argmax())]),
        float(np.sqrt(share @ (centres - mean) ** 2)),
        *map(float, levels),
    )
