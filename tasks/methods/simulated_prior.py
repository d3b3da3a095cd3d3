"""Prior variance of log dispersions at 1 to 3 residual degrees of freedom, by simulated distributions.

DESeq2 finds the variance whose simulated residuals, log(chi2 / df) plus normal, look most like the
observed ones. It simulates from a fixed seed, so that the histograms are constants: they stand in
``deseq2_prior_draws.csv`` (made by ``tests/reference/deseq2_prior_draws.R``) and nothing is random.

Love, Huber & Anders 2014, doi:10.1186/s13059-014-0550-8
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DRAWS = Path(__file__).with_name("deseq2_prior_draws.csv")
BREAKS = np.arange(-20, 21) / 2
GRID = np.linspace(0, 8, 200)
FINE_GRID = np.linspace(0, 8, 1000)
NEIGHBOURS = 40  # of the smoother: a fifth of the grid
CELL = 8  # the smoother is fitted at the corners of cells of so many points, and a cubic drawn between
MARGIN = 0.005  # of the range, around the outermost corners


@cache
def _simulated(residual_df: int) -> Floats:
    """Densities of the simulated residuals: variances x bins."""
    rows = np.loadtxt(DRAWS, delimiter=",", skiprows=1)
    counts = rows[rows[:, 0] == residual_df, 1:]
    densities: Floats = counts / counts.sum(axis=1, keepdims=True) / np.diff(BREAKS)
    return densities


def nearest_variance(log_residuals: Floats, residual_df: int) -> float:
    """Variance in [0, 8] with the least smoothed Kullback-Leibler divergence; 0 without residuals in +-10.

    ``residual_df``: 1, 2 or 3.
    """
    inside = log_residuals[(log_residuals > BREAKS[0]) & (log_residuals < BREAKS[-1])]
    if not len(inside):
        return 0.0
    bins = np.searchsorted(BREAKS, inside, side="left") - 1  # bins are closed to the right, as in R
    observed = np.bincount(bins, minlength=len(BREAKS) - 1) / len(inside) / np.diff(BREAKS)
    simulated = _simulated(residual_df)
    rarest = np.minimum(
        np.where(simulated > 0, simulated, np.inf).min(axis=1), observed[observed > 0].min()
    )[:, None]  # fmt: skip
    divergences = (observed * (np.log(observed + rarest) - np.log(simulated + rarest))).sum(axis=1)
    return float(FINE_GRID[_smoothed(divergences).argmin()])


def _corners(low: int, high: int) -> list[float]:
    """Where cells of grid points ``low`` to ``high`` (included) are cut, halving them until they are small."""
    if high - low + 1 <= CELL:
        return []
    middle = (low + high) // 2
    return [*_corners(low, middle), float(GRID[middle]), *_corners(middle + 1, high)]


def _smoothed(heights: Floats) -> Floats:
    """Local quadratic regression of heights over the grid, on the fine grid, as R's loess interpolates it.

    Cleveland & Grosse 1991, doi:10.1007/BF01890836
    """
    margin = MARGIN * (GRID[-1] - GRID[0])
    corners = np.array([GRID[0] - margin, *_corners(0, len(GRID) - 1), GRID[-1] + margin])
    values, slopes = np.empty(len(corners)), np.empty(len(corners))
    for i, corner in enumerate(corners):
        distance = np.abs(GRID - corner)
        near = np.argsort(distance, kind="stable")[:NEIGHBOURS]
        weight = np.sqrt(np.clip(1 - (distance[near] / distance[near].max()) ** 3, 0, None) ** 3)
        powers = np.vander(GRID[near] - corner, 3, increasing=True) * weight[:, None]
        values[i], slopes[i] = np.linalg.lstsq(powers, heights[near] * weight, rcond=None)[0][:2]
    cell = np.clip(np.searchsorted(corners, FINE_GRID, side="right") - 1, 0, len(corners) - 2)
    width = corners[cell + 1] - corners[cell]
    t = (FINE_GRID - corners[cell]) / width
    smooth: Floats = (
        (1 + 2 * t) * (1 - t) ** 2 * values[cell]
        + t**2 * (3 - 2 * t) * values[cell + 1]
        + width * (t * (1 - t) ** 2 * slopes[cell] - t**2 * (1 - t) * slopes[cell + 1])
    )
    return smooth
