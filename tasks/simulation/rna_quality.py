"""Simulate the quality control of the sequenced cultures' RNA."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from tasks.simulation.design import CULTURE_DATE, NOTICE, SEQUENCING
from tasks.simulation.drawn import Drawn, Row
from tasks.simulation.nucleic_acid_exports import Reading, nanodrop_export, qubit_export, tapestation_export

FILES = {
    "Qubit": "landing/rna_qc/Qubit_RNA.csv",
    "NanoDrop": "landing/rna_qc/NanoDrop_RNA.csv",
    "TapeStation": "landing/rna_qc/TapeStation_RNA.xml",
}
DEGRADED, DEGRADED_RIN = "RNA_NP2_il1b", 6.4
SALTY, SALTY_RATIO = "RNA_NP3_il1b_exo", 1.21
AMOUNT = (70.0, 240.0)  # ng/µL
RIN, PURITY, SALT = (8.3, 9.6), (1.96, 2.10), (1.85, 2.25)
BIAS = {"Qubit": 1.0, "NanoDrop": 1.06, "TapeStation": 0.95}  # what an instrument reads of an amount
READING_SD = 0.03  # log


def file_rows() -> list[Row]:
    """Rows of files.csv."""
    return [{"file": name, "assay": "nucleic_acid_qc"} for name in FILES.values()]


def simulate_rna_quality(rng: np.random.Generator) -> Drawn:
    """Amount, purity and integrity of every sequenced culture's RNA, on three instruments.

    The RNA of one culture is degraded, that of another has guanidine left: both are flagged, neither is left out.
    """
    count = len(SEQUENCING)
    amounts = rng.uniform(*AMOUNT, count)
    rin, purity, salt = (rng.uniform(*limits, count) for limits in (RIN, PURITY, SALT))
    names = [c.sample for c in SEQUENCING]
    rin[names.index(DEGRADED)], salt[names.index(SALTY)] = DEGRADED_RIN, SALTY_RATIO
    readings: dict[str, list[Reading]] = {}
    for instrument, bias in BIAS.items():
        read = amounts * bias * np.exp(rng.normal(0, READING_SD, count))
        readings[instrument] = [
            Reading(*values)
            for values in zip(
                names, *(v.tolist() for v in (read, purity, salt, rin, np.clip(rin / 4.6, 0.5, 2.1))), strict=True
            )
        ]
    day = CULTURE_DATE + timedelta(days=7, hours=11)
    files = {
        FILES["Qubit"]: qubit_export(readings["Qubit"], read_at=day),
        FILES["NanoDrop"]: nanodrop_export(readings["NanoDrop"], read_at=day + timedelta(minutes=40)),
        FILES["TapeStation"]: tapestation_export(
            readings["TapeStation"], read_at=day + timedelta(hours=2), comment=NOTICE
        ),
    }
    samples = {
        name: {
            "concentration_ng_per_ul": round(float(amounts[i]), 1),
            "rin": round(float(rin[i]), 1),
            "ratio_260_280": round(float(purity[i]), 3),
            "ratio_260_230": round(float(salt[i]), 3),
        }
        for i, name in enumerate(names)
    }
    flagged = [{"sample": DEGRADED, "flag": "low_rin"}, {"sample": SALTY, "flag": "low_260_230"}]
    return Drawn(files, {"samples": samples, "flagged": flagged})
