"""Draw blots and measure them as ImageJ does: one box a lane and strip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.simulation.pictures import Pixels

LANE_PX, STRIP_PX = 44, 34
BOX = (slice(4, 30), slice(4, 40))  # rows and columns of a lane's strip that are measured
GROUND, GROUND_SD = 18.0, 1.6  # grey values of an empty membrane, bands bright
WHITE = 255
LADDER_PEAK = 150.0
Floats = NDArray[np.float64]


def _shape() -> Floats:
    """A band of peak 1: flat along the lane's width, Gaussian across."""
    y, x = np.mgrid[:STRIP_PX, :LANE_PX]
    band: Floats = np.exp(-(((x - LANE_PX / 2) / 13) ** 4)) * np.exp(-(((y - STRIP_PX / 2) / 4.2) ** 2))
    return band


def blot(peaks: Floats, rng: np.random.Generator) -> Pixels:
    """A membrane as people see it, dark bands on light: strips of targets below each other.

    ``peaks``: targets x lanes, grey value of each band above the membrane's; 0 is no band.
    Returns (targets * STRIP_PX) x (lanes * LANE_PX) grey values.
    """
    bright = np.kron(peaks, np.ones((STRIP_PX, LANE_PX))) * np.tile(_shape(), peaks.shape)
    bright += GROUND + rng.normal(0, GROUND_SD, bright.shape)
    return np.asarray(WHITE - np.clip(np.rint(bright), 0, WHITE), dtype=np.uint8)


def imagej_results(picture: Pixels, lanes: Sequence[int], *, is_inverted: bool) -> bytes:
    """ImageJ's results (csv) of the boxes of some lanes (from 0), strip after strip.

    ``is_inverted``: the picture was inverted before measuring, as one should; else its dark bands were measured.
    """
    measured = WHITE - picture if is_inverted else picture
    lines = [" ,Area,Mean,Min,Max,IntDen,RawIntDen"]
    for strip in range(picture.shape[0] // STRIP_PX):
        for lane in lanes:
            rows = measured[strip * STRIP_PX : (strip + 1) * STRIP_PX, lane * LANE_PX : (lane + 1) * LANE_PX]
            box = rows[BOX].astype(np.int64)
            total = f"{box.sum()}.000"
            lines.append(f"{len(lines)},{box.size},{box.mean():.3f},{box.min()},{box.max()},{total},{total}")
    return "".join(f"{line}\n" for line in lines).encode()
