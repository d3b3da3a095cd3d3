"""Simulate western blots: matrix proteins of every culture over GAPDH, markers of the exosomes."""

from __future__ import annotations

import numpy as np

from tasks.simulation.design import BENCH, CONDITIONS, DONORS
from tasks.simulation.drawn import Drawn, Row, table
from tasks.simulation.gels import LADDER_PEAK, blot, imagej_results
from tasks.simulation.pictures import png

LOADING = "GAPDH"
LOG2_CHANGE = {  # of target / loading against the control; less than the mRNA's
    "SOX9": dict(zip(CONDITIONS, (0.0, -1.2, -0.5, -1.0, -0.25, -0.4), strict=True)),
    "COL2A1": dict(zip(CONDITIONS, (0.0, -1.6, -0.7, -1.3, -0.4, -0.6), strict=True)),
    "ACAN": dict(zip(CONDITIONS, (0.0, -1.4, -0.55, -1.15, -0.3, -0.45), strict=True)),
}
TARGETS = (*LOG2_CHANGE, LOADING)
PEAK = {"SOX9": 105.0, "COL2A1": 125.0, "ACAN": 115.0, LOADING: 130.0}  # grey values of the control's band
LOADING_SD, DONOR_SD, CULTURE_SD = 0.12, 0.15, 0.10  # log2
LAYOUT = "gel"  # layouts/gel_NP1.csv
DARK_DONOR = DONORS[-1].donor  # its picture was measured without inverting it
EXOSOME_MARKERS = {"CD9": 1.4, "CD63": 1.6, "TSG101": 1.1}  # log2, exosomes against the cells' lysate, equal protein
EXOSOME_MEMBRANE, MARKER_PEAK, MARKER_SD = "WB_EXO", 50.0, 0.12


def membrane(donor: str) -> str:
    """Name of a donor's membrane; of its files and layout too."""
    return f"WB_{donor}"


def _names(name: str) -> tuple[str, str, str]:
    """Results, picture and layout of a membrane."""
    return f"landing/western/{name}_Results.csv", f"landing/western/{name}.png", f"{LAYOUT}_{name.removeprefix('WB_')}"


def _exosome_lanes() -> list[str]:
    return [f"{kind}_{d.urine_donor}" for kind in ("EXO", "USC") for d in DONORS]


def _culture_lanes(donor: str) -> list[str]:
    return [c.sample for c in BENCH if c.donor.donor == donor]


def file_rows() -> list[Row]:
    """Rows of files.csv: results and picture of each membrane."""
    rows: list[Row] = []
    for name, targets, bands in (
        *((membrane(d.donor), TARGETS, "dark" if d.donor == DARK_DONOR else "") for d in DONORS),
        (EXOSOME_MEMBRANE, tuple(EXOSOME_MARKERS), ""),
    ):
        results, picture, layout = _names(name)
        about: Row = {"assay": "western_blot", "membrane": name}
        rows.append(about | {"file": results, "layout": layout, "target": ";".join(targets), "bands": bands})
        rows.append(about | {"file": picture})
    return rows


def _files(
    name: str, samples: list[str], peaks: np.ndarray, rng: np.random.Generator, *, is_inverted: bool
) -> dict[str, bytes]:
    """A gel with a ladder on the left and an empty lane on the right, whose box is the background."""
    results, picture, layout = _names(name)
    targets = len(peaks)
    pixels = blot(np.hstack([np.full((targets, 1), LADDER_PEAK), peaks, np.zeros((targets, 1))]), rng)
    last = len(samples) + 2
    lanes: list[list[object]] = [[1, "", "ladder"]]
    lanes += [[lane, sample, "sample"] for lane, sample in enumerate(samples, start=2)]
    return {
        f"layouts/{layout}.csv": table("lane,sample,role", [*lanes, [last, "", "background"]]),
        results: imagej_results(pixels, range(1, last), is_inverted=is_inverted),
        picture: png(pixels),
    }


def simulate_western(rng: np.random.Generator) -> Drawn:
    """A membrane a donor, its six cultures side by side, probed for three proteins and GAPDH; one of exosome markers.

    Lanes are loaded unevenly (the same for every target), donors differ in each protein, cultures vary about that.
    Boxes are measured on the very pictures.
    """
    files: dict[str, bytes] = {}
    for donor in DONORS:
        samples = _culture_lanes(donor.donor)
        loading = rng.normal(0, LOADING_SD, len(samples))
        log2 = np.array([list(LOG2_CHANGE[t].values()) if t in LOG2_CHANGE else [0.0] * len(samples) for t in TARGETS])
        log2[:-1] += rng.normal(0, DONOR_SD, (len(LOG2_CHANGE), 1)) + rng.normal(0, CULTURE_SD, log2[:-1].shape)
        peaks = np.array([[PEAK[t]] for t in TARGETS]) * np.exp2(log2 + loading)
        is_inverted = donor.donor != DARK_DONOR
        files |= _files(membrane(donor.donor), samples, peaks, rng, is_inverted=is_inverted)
    lanes = _exosome_lanes()
    change = np.array([[v * name.startswith("EXO") for name in lanes] for v in EXOSOME_MARKERS.values()])
    peaks = MARKER_PEAK * np.exp2(change + rng.normal(0, MARKER_SD, change.shape))
    files |= _files(EXOSOME_MEMBRANE, lanes, peaks, rng, is_inverted=True)
    truth = {
        "loading": LOADING,
        "log2_change_against_control": LOG2_CHANGE,
        "exosome_markers": {"membrane": EXOSOME_MEMBRANE, "log2_exosome_over_cell": EXOSOME_MARKERS},
    }
    return Drawn(files, truth)
