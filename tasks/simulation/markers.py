"""Simulate surface markers of the USC cultures: seven colours at once, with isotype and unstained controls."""

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
from tasks.simulation.design import CULTURE_DATE, DONORS, NOTICE
from tasks.simulation.drawn import Drawn, Row
from tasks.simulation.fcs import Channel, Floats, acquisition

MARKERS = {  # detector; percent positive in each donor's USC; median light of positive cells
    "CD29": ("BV421-A", (98.6, 99.1, 98.2), 14_000.0),
    "CD34": ("PerCP-Cy5-5-A", (0.8, 0.5, 1.1), 5_000.0),
    "CD44": ("FITC-A", (97.4, 98.0, 96.6), 12_000.0),
    "CD45": ("PE-Cy7-A", (0.5, 0.6, 0.4), 6_000.0),
    "CD73": ("PE-A", (96.5, 97.2, 95.1), 16_000.0),
    "CD90": ("APC-A", (94.8, 92.3, 95.9), 10_000.0),
    "SSEA-4": ("BV605-A", (84.0, 78.5, 88.2), 9_000.0),
}
STAINS = tuple(Channel(detector, marker) for marker, (detector, *_) in MARKERS.items())
NEGATIVE, POSITIVE_SD, NEGATIVE_SD = 190.0, 0.42, 0.36  # light of cells that an isotype antibody sticks to
OWN = 130.0  # of unstained cells
NEIGHBOURS = {  # share of a stain's light in another detector
    ("FITC-A", "PE-A"): 0.12,
    ("PE-A", "PerCP-Cy5-5-A"): 0.10,
    ("PE-A", "FITC-A"): 0.01,
    ("PerCP-Cy5-5-A", "PE-Cy7-A"): 0.08,
    ("APC-A", "PerCP-Cy5-5-A"): 0.02,
    ("BV421-A", "BV605-A"): 0.05,
    ("BV605-A", "PE-A"): 0.03,
}
PANEL = "usc_markers"
TUBES = {"stained": "", "isotype": "isotype", "unstained": "unstained"}  # column control of files.csv


def material(number: int) -> str:
    """Name of a USC culture in materials.csv; its run too."""
    return f"USC_{DONORS[number].urine_donor}"


def file_name(number: int, tube: str) -> str:
    """FCS file of a tube of a USC culture."""
    return f"landing/flow/{material(number)}_{tube}.fcs"


def file_rows() -> list[Row]:
    """Rows of files.csv; each culture's tubes are a run."""
    return [
        {
            "file": file_name(i, tube),
            "assay": "flow_cytometry",
            "sample": material(i),
            "panel": PANEL,
            "run": material(i),
            "control": control,
        }
        for i in range(len(DONORS))
        for tube, control in TUBES.items()
    ]


def spillover() -> Floats:
    """Stains x detectors."""
    names = [c.name for c in STAINS]
    matrix = np.eye(len(names))
    for (stain, detector), share in NEIGHBOURS.items():
        matrix[names.index(stain), names.index(detector)] = share
    return matrix


def _cells(number: int, tube: str, count: int, rng: np.random.Generator) -> tuple[Cells, Floats]:
    """Cells of a tube, and the percentage of them that is positive for each marker."""
    ground = OWN if tube == "unstained" else NEGATIVE
    light = np.column_stack([log_normal(rng, ground, NEGATIVE_SD, count) for _ in MARKERS])
    share = np.zeros(len(MARKERS))
    if tube == "stained":
        for column, (_, percents, median) in enumerate(MARKERS.values()):
            is_positive = rng.uniform(0, 100, count) < percents[number]
            bright = log_normal(rng, median, POSITIVE_SD, count)
            light[:, column] = np.where(is_positive, bright, light[:, column])
            share[column] = 100 * is_positive.mean()
    return Cells(np.ones(count), np.ones(count), light), share


def simulate_markers(rng: np.random.Generator) -> Drawn:
    """Three tubes a USC culture: stained for all markers, with isotype antibodies, unstained."""
    files: dict[str, bytes] = {}
    positive: dict[str, dict[str, float]] = {}
    single_count, doublets, debris = counts()
    for i in range(len(DONORS)):
        for order, tube in enumerate(TUBES):
            singles, share = _cells(i, tube, single_count, rng)
            others, _ = _cells(i, tube, max(2 * doublets, debris), rng)
            files[file_name(i, tube)] = acquisition(
                record(singles, others, spillover(), rng),
                (*SCATTER, *STAINS, TIME),
                name=f"{material(i)} {tube}",
                began_at=CULTURE_DATE + timedelta(days=-3, hours=10, minutes=20 * i + 4 * order),
                seconds=EVENTS / RATE_PER_SECOND,
                spillover=([c.name for c in STAINS], spillover()),
                keywords={"$CYT": "Simulated cytometer", "$COM": NOTICE},
            )
            if tube == "stained":
                positive[material(i)] = {m: round(float(p), 3) for m, p in zip(MARKERS, share, strict=True)}
    truth = {
        "panel": PANEL,
        "events": EVENTS,
        "percent_positive": positive,
        "tubes": list(TUBES),
        "spillover": {"channels": [c.name for c in STAINS], "matrix": spillover().tolist()},
    }
    return Drawn(files, truth)
