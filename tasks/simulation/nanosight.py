"""Write a nanoparticle tracking run as NanoSight NTA 3.2 exports its summary."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BIN_CENTRES = np.arange(0.5, 1000, 1.0)  # nm
LOWER_EDGES = BIN_CENTRES - 0.5  # the program prints percentiles a bin lower than they are
PERCENTILES = np.arange(101)
FRAMES, TRACK_SHARE = 749, 0.35


def _sizes(capture: Floats) -> dict[str, float]:
    """What the program prints of one capture's bins, in nm."""
    share = capture / capture.sum()
    mean = float(share @ BIN_CENTRES)
    d10, d50, d90 = np.interp([0.1, 0.5, 0.9], share.cumsum(), LOWER_EDGES)
    sd = float(np.sqrt(share @ (BIN_CENTRES - mean) ** 2))
    return {"Mean": mean, "Mode": float(BIN_CENTRES[capture.argmax()]), "SD": sd, "D10": d10, "D50": d50, "D90": d90}


def summary_export(
    captures: Floats, per_frame: Floats, *, name: str, sample: str, captured_at: datetime, remarks: str
) -> bytes:
    """Experiment summary (csv): a column a capture, then their average and standard error.

    ``captures``: bins of ``BIN_CENTRES`` x captures, particles per mL of the measured suspension (no dilution is
    recorded); ``per_frame``: particles in a frame of each capture.
    """
    count = captures.shape[1]
    names = [f"{name} {number:02d}" for number in range(count)]

    def row(title: str, values: list[str], *more: str) -> list[str]:
        return [title, *values, *more]

    def same(title: str, value: str) -> list[str]:
        return row(title, [value] * count)

    def with_average(title: str, values: Floats, form: str) -> list[str]:
        cells = [format(v, form) for v in values]
        error = values.std(ddof=1) / np.sqrt(count)
        return row(title, cells, format(values.mean(), form), format(error, form))

    total = captures.sum(axis=0)
    found = [_sizes(captures[:, column]) for column in range(count)]
    tracks = (per_frame * FRAMES * TRACK_SHARE / 10).astype(int)
    checks = ("Validity of concentration measurement", "Completed Tracks", "Particles per frame", "Brightness")
    shares = captures.cumsum(axis=0) / total
    percentiles = [np.interp(PERCENTILES / 100, shares[:, c], LOWER_EDGES) for c in range(count)]
    rows: list[list[str]] = [
        ["NTA Experiment Summary File"],
        ["Created with NTA 3.2 Dev Build 3.2.16"],
        [],
        ["[Experiment Details]"],
        *(["Software Version", "Unknown"], ["Experiment Name", f"{name}.nano"], ["Sample Name", sample]),
        *(["Operator Name", ""], ["Time Captured", f"{captured_at:%d/%m/%Y %H:%M:%S}"]),
        *(["Pre-treatment", "None"], ["Diluent", "PBS"], ["Remarks", remarks], []),
        row("Filename:", names),
        [],
        ["[Conditions]"],
        *(same("Temperature/C", "22.4"), same("Viscosity/cP", "0.944"), same("Camera Type", "sCMOS")),
        *(same("Laser Type", "Blue488"), same("Camera Level", "14"), same("Frame rate/fps", "24.9825")),
        *(same("Syringe Pump Speed/AU", "50"), []),
        ["[Settings]"],
        *(same("Detection Threshold", "5"), same("Max Jump Mode", "Auto"), same("Blur", "Auto")),
        *(same("Total frames analysed", str(FRAMES)), []),
        *(["[Exclusion Regions]"], ["No Exclusion Regions Used"], []),
        row("[Results]", [""] * count, "Average", "Standard Error"),
        same("Dilution factor (concentrations adjusted for this factor)", "Not recorded"),
        with_average("Concentration (Particles / ml)", total, ".0f"),
        with_average("Particles per frame", per_frame, ".1f"),
        row("Completed tracks", [str(3 * t) for t in tracks]),
        [],
        ["[Concentration Warnings]"],
        *(same(check, "OK") for check in checks),
        [],
        *(["[Data Included]"], ["Size distribution - Number weighting - With Percentiles"], []),
        *(["[Size Data]"], ["Analysis Method", "FTLA"], ["Weighting", "Number"]),
        row("Filename", names, "Average", "Standard Error"),
        *(with_average(title, np.array([f[title] for f in found]), ".1f") for title in found[0]),
        row("Valid Tracks", [str(t) for t in tracks]),
        ["Graph Data"],
        row(
            "Bin centre (nm)",
            ["Concentration (particles / ml)"] * count,
            *("Concentration average", "Standard Error"),
        ),
        *(with_average(f"{b:.1f}", values, ".0f") for b, values in zip(BIN_CENTRES, captures, strict=True)),
        [],
        row("Percentile", ["Size (nm)"] * count),
        *(row(str(p), [f"{of[p]:.1f}" for of in percentiles]) for p in PERCENTILES),
    ]
    width = count + 3
    return "".join(",".join(cells + [""] * (width - len(cells))) + "\n" for cells in rows).encode()
