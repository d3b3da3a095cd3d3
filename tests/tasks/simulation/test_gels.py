from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from tasks.simulation.gels import blot, imagej_results

PEAKS = np.array([[50.0, 100.0, 200.0, 0.0], [80.0, 80.0, 80.0, 0.0]])


def boxes(*, is_inverted: bool) -> list[dict[str, str]]:
    picture = blot(PEAKS, np.random.default_rng(1))
    text = imagej_results(picture, range(4), is_inverted=is_inverted).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_boxes_are_proportional_to_their_bands_above_the_background() -> None:
    found = np.array([float(b["IntDen"]) for b in boxes(is_inverted=True)]).reshape(PEAKS.shape)
    signal = found[:, :3] - found[:, 3:]
    assert signal / signal[1, 0] == pytest.approx(PEAKS[:, :3] / 80, rel=0.03)


def test_a_picture_that_was_not_inverted_gives_the_complement() -> None:
    bright, dark = boxes(is_inverted=True), boxes(is_inverted=False)
    for a, b in zip(bright, dark, strict=True):
        assert float(a["Mean"]) + float(b["Mean"]) == pytest.approx(255, abs=0.01)
        assert (int(a["Max"]) + int(b["Min"]), int(a["Min"]) + int(b["Max"])) == (255, 255)


def test_results_have_the_columns_and_rows_of_a_real_file(shared: Path) -> None:
    real = (shared / "data/western/imagej_Results.csv").read_text().splitlines()
    written = imagej_results(blot(PEAKS, np.random.default_rng(1)), range(4), is_inverted=True).decode().splitlines()
    assert written[0] == real[0]
    assert [len(line.split(",")) for line in written] == [7] * 9
    assert written[1].split(",")[5].endswith(".000") == real[1].split(",")[5].endswith(".000")
