"""The table that R drew and what its functions gave for it (tests/reference/expression_pictures.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

FOLDER = Path(__file__).resolve().parents[2] / "reference"


def table() -> npt.NDArray[np.float64]:
    """Features x samples."""
    return pl.read_csv(FOLDER / "expression_pictures.csv.gz")[:, 1:].to_numpy()


def numbers() -> dict[str, npt.NDArray[np.float64]]:
    """Results by name."""
    lines = (FOLDER / "expression_pictures_numbers.csv").read_text().splitlines()
    return {name: np.array(values.split(","), dtype=float) for name, _, values in (x.partition(",") for x in lines)}
