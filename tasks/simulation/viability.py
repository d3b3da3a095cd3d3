"""Simulate CCK-8 plates: how many cells live under each condition, as OD at 450 nm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.simulation.design import BENCH, CONDITIONS, CULTURE_DATE, DONORS
from tasks.simulation.gen5 import ROWS, plate_export

TIMES_H = (0, 24, 48, 72)
WELLS_PER_CULTURE = 3
CONTROL_OD = (0.42, 0.62, 0.86, 1.15)  # blanked, by time
PERCENT = {  # of the control's living cells, by time
    "control": (100, 100, 100, 100),
    "il1b": (100, 80, 64, 50),
    "il1b_usc": (100, 91, 84, 78),
    "il1b_usc_gw4869": (100, 84, 71, 60),
    "il1b_usc_exo": (100, 95, 91, 88),
    "il1b_exo": (100, 92, 86, 82),
}
BLANK_OD, EMPTY_OD = 0.105, 0.046  # medium with CCK-8; buffer in the rim
DONOR_SD, CULTURE_SD, WELL_SD, READER_SD = 0.06, 0.025, 0.015, 0.003  # log, log, log, OD
MISSED_WELL = (24, "D05")
LAYOUT = "cck8_plate"


@dataclass(frozen=True)
class Viability:
    """The plates of the experiment: files, their layout, and the percentages that they were drawn from."""

    files: dict[str, bytes]
    layout: bytes
    truth: dict[str, Any]


def file_name(time_h: int) -> str:
    """Name of the export of one time point."""
    return f"landing/cck8/2403{CULTURE_DATE.day + time_h // 24:02d}_CCK8_{time_h:02d}h.txt"


def _layout() -> bytes:
    """Inner 60 wells: one row a condition, three wells a donor, then a column of blanks; the rim is empty."""
    lines = ["well,sample,role"]
    cultures = {(c.treatment.condition, c.donor.donor): c.sample for c in BENCH}
    for row in range(8):
        for column in range(12):
            well = f"{ROWS[row]}{column + 1:02d}"
            if row in (0, 7) or column in (0, 11):
                lines.append(f"{well},,empty")
            elif column == 10:  # noqa: PLR2004  # the column right of the last donor
                lines.append(f"{well},,blank")
            else:
                donor = DONORS[(column - 1) // WELLS_PER_CULTURE]
                lines.append(f"{well},{cultures[CONDITIONS[row - 1], donor.donor]},sample")
    return "".join(f"{line}\n" for line in lines).encode()


def _plate(mean: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """An 8 x 12 read from the cultures' blanked OD (conditions x donors)."""
    plate = np.full((8, 12), EMPTY_OD)
    wells = np.repeat(mean, WELLS_PER_CULTURE, axis=1)
    plate[1:7, 1:10] = BLANK_OD + wells * np.exp(rng.normal(0, WELL_SD, wells.shape))
    plate[1:7, 10] = BLANK_OD
    return plate + rng.normal(0, READER_SD, plate.shape)


def simulate_viability(rng: np.random.Generator) -> Viability:
    """CCK-8 at 0, 24, 48 and 72 h: a plate a time, 18 cultures in three wells each, six blanks.

    A donor's cells grow the same share faster or slower throughout; each culture varies about
    that, each well about its culture.
    """
    percent = np.array([PERCENT[c] for c in CONDITIONS], dtype=np.float64)  # conditions x times
    donor = np.exp(rng.normal(0, DONOR_SD, len(DONORS)))
    files: dict[str, bytes] = {}
    for index, time_h in enumerate(TIMES_H):
        noise = np.exp(rng.normal(0, CULTURE_SD, (len(CONDITIONS), len(DONORS))))
        plate = _plate(CONTROL_OD[index] * percent[:, index, None] / 100 * donor * noise, rng)
        if time_h == MISSED_WELL[0]:
            plate[ROWS.index(MISSED_WELL[1][0]), int(MISSED_WELL[1][1:]) - 1] = np.nan
        files[file_name(time_h)] = plate_export(
            plate,
            read="CCK8",
            wavelength_nm=450,
            read_at=CULTURE_DATE + timedelta(hours=time_h + 10, minutes=17),
            protocol="CCK8_450_96well",
        )
    truth = {
        "percent_of_control": {c: dict(zip(map(str, TIMES_H), PERCENT[c], strict=True)) for c in CONDITIONS},
        "flagged_wells": [{"file": file_name(MISSED_WELL[0]), "well": MISSED_WELL[1], "flag": "missed"}],
    }
    return Viability(files, _layout(), truth)
