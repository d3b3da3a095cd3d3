from __future__ import annotations

import numpy as np
import pytest

from tasks.simulation.particles import CAPTURES, DILUTION, file_name, file_rows, preparation, simulate_particles


def test_bins_times_dilution_are_the_concentration_of_the_truth() -> None:
    drawn = simulate_particles(np.random.default_rng(7))
    assert {row["file"] for row in file_rows()} == drawn.files.keys()
    for number, dilution in enumerate(DILUTION):
        lines = drawn.files[file_name(number)].decode().splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith("Bin centre")) + 1
        bins = np.array([[float(v) for v in line.split(",")[: CAPTURES + 1]] for line in lines[start : start + 1000]])
        expected = drawn.truth["preparations"][preparation(number)]
        mean = bins[:, 1:].mean(axis=1)
        assert mean.sum() * dilution == pytest.approx(expected["concentration_per_ml"], rel=0.1)
        assert bins[mean.argmax(), 0] == pytest.approx(expected["mode_nm"], rel=0.08)
        assert bins[:, 0] @ mean / mean.sum() == pytest.approx(expected["mean_nm"], rel=0.03)
