from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from tasks.simulation.gen5 import plate_export


def test_a_read_is_written_as_gen5_writes_it(shared: Path) -> None:
    real = shared / "data/plate_reader/agilent_gen5/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt"
    lines = real.read_bytes().decode("ascii").split("\r\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("A\t"))
    words = {"OVRFLW": np.inf, "MISSED": np.nan}
    grid = np.array([[words.get(v) or float(v) for v in line.split("\t")[1:13]] for line in lines[start : start + 8]])

    written = plate_export(
        grid,
        read="abs450",
        wavelength_nm=450,
        read_at=datetime(2024, 4, 11, 17, 27, 15),  # noqa: DTZ001  # Gen5 writes no zone
        protocol="20240411_abs450_96well",
    )

    assert written == real.read_bytes()
