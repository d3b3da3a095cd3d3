"""Simulate annexin V / PI stainings of every culture, with the controls that a lab runs beside them."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from tasks.simulation.cytometer import (
    EVENTS,
    RATE_PER_SECOND,
    SCATTER,
    TIME,
    Cells,
    counts,
    log_normal,
    record,
)
from tasks.simulation.design import BENCH, CONDITIONS, CULTURE_DATE, DONORS, NOTICE
from tasks.simulation.drawn import Drawn, Row
from tasks.simulation.fcs import Channel, Floats, acquisition

STATES = ("live", "early_apoptotic", "late_apoptotic", "necrotic")
PERCENT = dict(  # of single cells: early apoptotic, late apoptotic, necrotic
    zip(
        CONDITIONS,
        ((3.0, 2.4, 1.2), (16.0, 13.0, 3.0), (8.0, 6.5, 2.2), (13.0, 10.5, 2.6), (5.2, 4.2, 1.6), (6.8, 5.4, 1.9)),
        strict=True,
    )
)
DONOR_SD, CULTURE_SD = 0.10, 0.07  # log odds of not being alive, nearly
STAINS = (Channel("FITC-A", "Annexin V"), Channel("PI-A", "PI"))
LIGHT = {  # median by stain
    "live": (155.0, 114.0),
    "early_apoptotic": (7_500.0, 125.0),
    "late_apoptotic": (11_000.0, 21_000.0),
    "necrotic": (180.0, 17_000.0),
}
LIGHT_SD = (0.35, 0.35)
OWN_LIGHT, OWN_SD = (150.0, 110.0), 0.35  # of unstained cells
FORWARD = {"live": 1.0, "early_apoptotic": 0.88, "late_apoptotic": 0.76, "necrotic": 0.74}
SIDE = {"live": 1.0, "early_apoptotic": 1.15, "late_apoptotic": 1.35, "necrotic": 1.25}
SPILLOVER = np.array([[1.0, 0.11], [0.015, 1.0]])
PANEL, RUN = "annexin_pi", "AXPI"
CONTROLS = {"unstained": (), "annexin": (0,), "pi": (1,)}  # stains that each control has
CONTROL_STATES = (0.35, 0.3, 0.25, 0.1)  # heated cells: enough of every state


def file_name(tube: str) -> str:
    """FCS file of a culture or control."""
    return f"landing/flow/AXPI_{tube}.fcs"


def file_rows() -> list[Row]:
    """Rows of files.csv."""
    about: Row = {"assay": "flow_cytometry", "panel": PANEL, "run": RUN}
    rows: list[Row] = [about | {"file": file_name(c.sample), "sample": c.sample} for c in BENCH]
    for name, stains in CONTROLS.items():
        marker = STAINS[stains[0]].stain if stains else ""
        control = "single_stain" if stains else "unstained"
        rows.append(about | {"file": file_name(name), "control": control, "marker": marker})
    return rows


def _cells(shares: Floats, stains: tuple[int, ...], count: int, rng: np.random.Generator) -> tuple[Cells, Floats]:
    """Cells in given shares of the states, and how many of each state there are."""
    numbers = rng.multinomial(count, shares)
    state = np.repeat(np.arange(len(STATES)), numbers)
    light = np.column_stack([log_normal(rng, own, OWN_SD, count) for own in OWN_LIGHT])
    for stain in stains:
        median = np.array([LIGHT[name][stain] for name in STATES])[state]
        light[:, stain] = log_normal(rng, median, LIGHT_SD[stain], count)
    forward, side = (np.array([by[name] for name in STATES])[state] for by in (FORWARD, SIDE))
    return Cells(forward, side, light), np.asarray(numbers, dtype=np.float64)


def _tube(
    tube: str, number: int, shares: Floats, stains: tuple[int, ...], rng: np.random.Generator
) -> tuple[bytes, Floats]:
    """An acquisition, and the percentages of its single cells by state."""
    single_count, doublets, debris = counts()
    singles, numbers = _cells(shares, stains, single_count, rng)
    others, _ = _cells(shares, stains, max(2 * doublets, debris), rng)
    shuffled = others[rng.permutation(len(others.forward))]
    data = acquisition(
        record(singles, shuffled, SPILLOVER, rng),
        (*SCATTER, *STAINS, TIME),
        name=tube,
        began_at=CULTURE_DATE + timedelta(days=1, hours=13, minutes=2 * number),
        seconds=EVENTS / RATE_PER_SECOND,
        spillover=([c.name for c in STAINS], SPILLOVER),
        keywords={"$CYT": "Simulated cytometer", "$COM": NOTICE},
    )
    return data, 100 * numbers / numbers.sum()


def simulate_apoptosis(rng: np.random.Generator) -> Drawn:
    """All bench cultures in one run with an unstained and two single-stain controls.

    The truth has the percentages of single cells: of each condition, that cultures vary about, and of each culture,
    counted as drawn. Debris and doublets come on top of them.
    """
    donor_shift = dict(zip(DONORS, rng.normal(0, DONOR_SD, len(DONORS)), strict=True))
    files: dict[str, bytes] = {}
    cultures: dict[str, dict[str, float]] = {}
    for number, culture in enumerate(BENCH):
        dying = np.array(PERCENT[culture.treatment.condition]) / 100
        dying = dying * np.exp(donor_shift[culture.donor] + rng.normal(0, CULTURE_SD))
        shares = np.r_[1 - dying.sum(), dying]
        files[file_name(culture.sample)], percent = _tube(culture.sample, number, shares, (0, 1), rng)
        cultures[culture.sample] = {s: round(float(p), 3) for s, p in zip(STATES, percent, strict=True)}
    for number, (name, stains) in enumerate(CONTROLS.items(), start=len(BENCH)):
        files[file_name(name)], _ = _tube(name, number, np.array(CONTROL_STATES), stains, rng)
    conditions = {c: dict(zip(STATES[1:], values, strict=True)) for c, values in PERCENT.items()}
    truth = {
        "panel": PANEL,
        "events": EVENTS,
        "single_cells": counts()[0],
        "percent_of_single_cells": conditions,
        "cultures": cultures,
        "controls": {name: file_name(name) for name in CONTROLS},
        "spillover": {"channels": [c.name for c in STAINS], "matrix": SPILLOVER.tolist()},
    }
    return Drawn(files, truth)
