"""Write an absorbance read as Agilent (BioTek) Gen5 3.12 exports it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

ROWS = "ABCDEFGH"


def _reading(value: float) -> str:
    if np.isnan(value):
        return "MISSED"
    return "OVRFLW" if np.isinf(value) else f"{value:.3f}"


def plate_export(
    optical_density: NDArray[np.float64], *, read: str, wavelength_nm: int, read_at: datetime, protocol: str
) -> bytes:
    """Text export of one endpoint read of a 96-well plate: tabs, CRLF, US dates, row label last.

    ``optical_density``: 8 x 12 (plate rows x columns), OD; NaN is a well the reader missed,
    infinity one beyond its range.
    """
    clock = read_at.strftime("%I:%M:%S %p").lstrip("0")
    head = [
        *("", "", "Software Version\t3.12.08", "", "", ""),
        "Experiment File Path:\t",
        f"Protocol File Path:\tC:\\Users\\Public\\Documents\\Protocols\\{protocol}.prt",
        *("", "", "", "Plate Number\tPlate 1"),
        f"Date\t{read_at.month}/{read_at.day}/{read_at.year}",
        f"Time\t{clock}",
        "Reader Type:\tSynergy H1",
        "Reader Serial Number:\tUnknown",
        *("Reading Type\tSimulation", "", "Procedure Details", ""),
        "Plate Type\t96 WELL PLATE (Use plate lid)",
        "Eject plate on completion\t",
        *(f"Read\t{read}", "\tAbsorbance Endpoint", "\tFull Plate"),
        f"\tWavelengths:  {wavelength_nm}",
        *("\tRead Speed: Normal,  Delay: 100 msec,  Measurements/Data Point: 8", "", "Results"),
        "\t" + "\t".join(str(column) for column in range(1, 13)),
    ]
    grid = [
        "\t".join([row, *map(_reading, values), f"{read}:{wavelength_nm}"])
        for row, values in zip(ROWS, optical_density.tolist(), strict=True)
    ]
    return "".join(f"{line}\r\n" for line in [*head, *grid, ""]).encode("ascii")
