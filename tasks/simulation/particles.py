"""Simulate nanoparticle tracking of the exosome preparations."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from tasks.simulation.design import CULTURE_DATE, DONORS, NOTICE
from tasks.simulation.drawn import Drawn, Row
from tasks.simulation.nanosight import BIN_CENTRES, Floats, summary_export

CAPTURES = 5
MODE_NM = (108.0, 116.0, 102.0)  # of each preparation
CONCENTRATION_PER_ML = (9.4e10, 1.3e11, 7.1e10)  # undiluted
DILUTION = (1000, 1000, 500)
SIGMA = 0.27  # of ln(size)
AGGREGATES = (0.07, 1.9, 0.22)  # share, size relative to single vesicles, sigma
CAPTURE_SD, MODE_SD, RIPPLE_SD = 0.06, 0.015, 0.03  # log, log, log
PER_ML_A_FRAME = 7.5e6


def preparation(number: int) -> str:
    """Name of a preparation in materials.csv."""
    return f"EXO_{DONORS[number].urine_donor}"


def file_name(number: int) -> str:
    """NTA's summary of a preparation."""
    return f"landing/nta/{preparation(number)}-ExperimentSummary.csv"


def file_rows() -> list[Row]:
    """Rows of files.csv; NTA 3.2 does not record the dilution, so the sheet says it."""
    return [
        {"file": file_name(i), "assay": "particle_size", "sample": preparation(i), "dilution": DILUTION[i]}
        for i in range(len(DONORS))
    ]


def _density(mode: float) -> Floats:
    """Share of the particles in each bin; singles have their greatest density at ``mode`` (nm)."""
    share, factor, sigma = AGGREGATES

    def log_normal(peak: float, width: float) -> Floats:
        middle = np.log(peak) + width**2
        values: Floats = np.exp(-0.5 * ((np.log(BIN_CENTRES) - middle) / width) ** 2) / BIN_CENTRES
        return np.asarray(values / values.sum(), dtype=np.float64)

    return (1 - share) * log_normal(mode, SIGMA) + share * log_normal(mode * factor, sigma)


def _ripple(rng: np.random.Generator) -> Floats:
    """Smooth multiplicative noise over sizes: few particles are tracked, and the program smooths them."""
    waves = [rng.normal(0, RIPPLE_SD) * np.sin(BIN_CENTRES / scale + rng.uniform(0, 6)) for scale in (9, 17, 31)]
    return np.asarray(np.exp(sum(waves)), dtype=np.float64)


def simulate_particles(rng: np.random.Generator) -> Drawn:
    """Five captures of each of three preparations, diluted a thousand- or five hundredfold."""
    files: dict[str, bytes] = {}
    truth: dict[str, dict[str, float]] = {}
    for i, (mode, concentration) in enumerate(zip(MODE_NM, CONCENTRATION_PER_ML, strict=True)):
        columns = [
            _density(mode * np.exp(rng.normal(0, MODE_SD))) * _ripple(rng) * np.exp(rng.normal(0, CAPTURE_SD))
            for _ in range(CAPTURES)
        ]
        captures = np.rint(np.column_stack(columns) * concentration / DILUTION[i])
        files[file_name(i)] = summary_export(
            captures,
            captures.sum(axis=0) / PER_ML_A_FRAME,
            name=f"{preparation(i)} {CULTURE_DATE:%Y-%m-%d}",
            sample=preparation(i),
            captured_at=CULTURE_DATE + timedelta(hours=9, minutes=20 * i),
            remarks=NOTICE.replace(",", ";"),
        )
        density = _density(mode)
        truth[preparation(i)] = {
            "mode_nm": mode,
            "mean_nm": round(float(density @ BIN_CENTRES), 2),
            "d50_nm": round(float(np.interp(0.5, density.cumsum(), BIN_CENTRES + 0.5)), 2),
            "concentration_per_ml": concentration,
            "dilution": DILUTION[i],
        }
    return Drawn(files, {"captures": CAPTURES, "preparations": truth})
