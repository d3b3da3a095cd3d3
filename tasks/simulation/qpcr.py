"""Simulate qPCR plates: Cq of matrix genes and GAPDH under each condition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from tasks.simulation.design import BENCH, CONDITIONS, CULTURE_DATE, DONORS
from tasks.simulation.quantstudio import WELLS_A_ROW, Reaction, text_export, workbook_export

REFERENCE = "GAPDH"
REFERENCE_CQ = 18.4
DELTA_CQ = {"SOX9": 6.1, "COL2A1": 4.2, "ACAN": 5.0}  # of the control, cycles
LOG2_FOLD_CHANGE = {  # against the control
    "SOX9": (0.0, -1.5, -0.6, -1.3, -0.3, -0.5),
    "COL2A1": (0.0, -2.1, -0.9, -1.8, -0.5, -0.8),
    "ACAN": (0.0, -1.8, -0.7, -1.5, -0.4, -0.6),
}
TARGETS = (REFERENCE, *DELTA_CQ)
REPEATS = 3
LOADING_SD, DONOR_SD, CULTURE_SD, REPEAT_SD = 0.25, 0.30, 0.10, 0.06  # cycles
UNDETERMINED = ("NP2_il1b", "COL2A1", 2)  # a well that nobody pipetted into
PRIMER_DIMER_CQ = 38.2  # one ACAN blank amplifies late


@dataclass(frozen=True)
class Qpcr:
    """The runs and the fold changes that they were drawn from."""

    files: dict[str, bytes]
    truth: dict[str, Any]


def file_name(donor: str) -> str:
    """Name of a donor's export; the last donor's run was exported by the newer software."""
    return f"landing/qpcr/QS3_{donor}.{'xlsx' if donor == DONORS[-1].donor else 'txt'}"


def _reactions(donor: str, rng: np.random.Generator) -> list[Reaction]:
    """One plate: a row a condition, three wells a target, then a row of no-template controls."""
    samples = {c.treatment.condition: c.sample for c in BENCH if c.donor.donor == donor}
    donor_shift = rng.normal(0, DONOR_SD, len(DELTA_CQ))
    found: list[Reaction] = []
    for row, condition in enumerate(CONDITIONS):
        loading = REFERENCE_CQ + rng.normal(0, LOADING_SD)
        delta = [
            DELTA_CQ[t] + donor_shift[i] - LOG2_FOLD_CHANGE[t][row] + rng.normal(0, CULTURE_SD)
            for i, t in enumerate(DELTA_CQ)
        ]
        cqs = loading + np.repeat([0.0, *delta], REPEATS) + rng.normal(0, REPEAT_SD, len(TARGETS) * REPEATS)
        for column, cq in enumerate(cqs.round(3).tolist()):
            target, repeat = TARGETS[column // REPEATS], column % REPEATS
            is_lost = (samples[condition], target, repeat) == UNDETERMINED
            found.append(
                Reaction(row * WELLS_A_ROW + column, samples[condition], target, "UNKNOWN", None if is_lost else cq)
            )
    for column in range(WELLS_A_ROW):
        target = TARGETS[column // REPEATS]
        dimer = PRIMER_DIMER_CQ if target == "ACAN" and column % REPEATS == 0 else None
        found.append(Reaction(len(CONDITIONS) * WELLS_A_ROW + column, "", target, "NTC", dimer))
    return found


def simulate_qpcr(rng: np.random.Generator) -> Qpcr:
    """A 96-well run a donor: six conditions, three targets and GAPDH in triplicate, blanks.

    Input differs between cultures (the same for every target), donors differ in ΔCq,
    cultures vary about that, wells about their culture.
    """
    files: dict[str, bytes] = {}
    for day, donor in enumerate(DONORS, start=2):
        write = workbook_export if file_name(donor.donor).endswith("xlsx") else text_export
        files[file_name(donor.donor)] = write(
            _reactions(donor.donor, rng),
            name=f"QS3_{donor.donor}",
            finished_at=CULTURE_DATE + timedelta(days=day, hours=15, minutes=2),
        )
    truth = {
        "reference_target": REFERENCE,
        "log2_fold_change_against_control": {
            t: dict(zip(CONDITIONS, values, strict=True)) for t, values in LOG2_FOLD_CHANGE.items()
        },
        "undetermined": [{"sample": UNDETERMINED[0], "target": UNDETERMINED[1], "wells": 1}],
    }
    return Qpcr(files, truth)
