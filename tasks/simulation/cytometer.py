"""Simulate what a cytometer records of a suspension: cells, doublets, debris, spilled light, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.simulation.fcs import RANGE, Channel, Floats

EVENTS = 5_000
DEBRIS, DOUBLETS = 0.10, 0.04  # shares of the events
FSC, SSC = (92_000.0, 0.13), (38_000.0, 0.18)  # median, SD of ln, of a living cell
HEIGHT = (0.76, 0.025)  # of a pulse by its area, and its SD
DEBRIS_FSC, DEBRIS_SSC = (9_000.0, 0.45), (7_500.0, 0.5)
DEBRIS_LIGHT = 0.25  # of a cell's fluorescence
NOISE_SD = 35.0
RATE_PER_SECOND = 250.0
SCATTER = (Channel("FSC-A"), Channel("FSC-H"), Channel("SSC-A"))
TIME = Channel("Time")


@dataclass(frozen=True)
class Cells:
    """Drawn cells: forward and side scatter relative to living ones, (cells,), and light by stain, (cells, stains)."""

    forward: Floats
    side: Floats
    light: Floats

    def __getitem__(self, rows: NDArray[np.int64]) -> Cells:
        return Cells(self.forward[rows], self.side[rows], self.light[rows])


def log_normal(rng: np.random.Generator, median: Floats | float, sd: float, count: int) -> Floats:
    """Log-normal values; ``median`` one, or one a value."""
    return np.asarray(median * np.exp(rng.normal(0, sd, count)), dtype=np.float64)


def counts(events: int = EVENTS) -> tuple[int, int, int]:
    """How many of the events are single cells, doublets and debris."""
    debris, doublets = round(events * DEBRIS), round(events * DOUBLETS)
    return events - debris - doublets, doublets, debris


def record(
    singles: Cells, others: Cells, spillover: Floats, rng: np.random.Generator, *, events: int = EVENTS
) -> Floats:
    """Events x (FSC-A, FSC-H, SSC-A, stains, Time), in the order of arrival.

    ``singles``: one a single-cell event; ``others``: cells of the same kinds that doublets and debris are made of, at
    least two a doublet and one a piece of debris; ``spillover``: stains x detectors.
    """
    _, doublets, debris = counts(events)
    first, second = np.arange(doublets), np.arange(doublets, 2 * doublets)
    bits = np.arange(debris)
    whole, halves, dust = _scatter(singles, rng), [_scatter(others[i], rng) for i in (first, second)], others[bits]
    ratio = np.clip(rng.normal(*HEIGHT, doublets), 0.5, 1) * rng.uniform(0.52, 0.66, doublets)
    pair = halves[0] + halves[1]
    pair[:, 1] = pair[:, 0] * ratio  # two cells in a row: the pulse is longer, hardly higher
    small = np.column_stack([log_normal(rng, m, sd, debris) for m, sd in (DEBRIS_FSC, DEBRIS_FSC, DEBRIS_SSC)])
    small[:, 1] = small[:, 0] * np.clip(rng.normal(*HEIGHT, debris), 0.5, 1)
    scatter = np.vstack([whole, pair, small])
    light = np.vstack([singles.light, others[first].light + others[second].light, DEBRIS_LIGHT * dust.light])
    measured = light @ spillover + rng.normal(0, NOISE_SD, light.shape)
    order = rng.permutation(len(scatter))
    clock = np.sort(rng.uniform(0, 100 * events / RATE_PER_SECOND, events))
    found = np.column_stack([scatter[order], measured[order], clock])
    return np.asarray(np.minimum(found, RANGE - 1), dtype=np.float64)


def _scatter(cells: Cells, rng: np.random.Generator) -> Floats:
    """Cells x (FSC-A, FSC-H, SSC-A)."""
    count = len(cells.forward)
    forward = cells.forward * log_normal(rng, *FSC, count)
    height = forward * np.clip(rng.normal(*HEIGHT, count), 0.5, 1)
    return np.column_stack([forward, height, cells.side * log_normal(rng, *SSC, count)])
