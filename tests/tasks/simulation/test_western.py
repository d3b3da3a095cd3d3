from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from tasks.simulation.design import CONDITIONS, DONORS
from tasks.simulation.drawn import Drawn
from tasks.simulation.western import EXOSOME_MARKERS, LOG2_CHANGE, TARGETS, file_rows, simulate_western


@pytest.fixture(scope="module")
def blots() -> Drawn:
    return simulate_western(np.random.default_rng(7))


def levels(blots: Drawn, name: str, targets: int) -> np.ndarray:
    """Background-free signal, targets x lanes."""
    rows = list(csv.DictReader(io.StringIO(blots.files[f"landing/western/{name}_Results.csv"].decode())))
    grid = np.array([float(r["IntDen"]) for r in rows]).reshape(targets, -1)
    found = np.abs(grid[:, :-1] - grid[:, -1:])
    return np.asarray(found)


def test_target_over_loading_follows_the_truth(blots: Drawn) -> None:
    found = []
    for donor in DONORS:
        signal = levels(blots, f"WB_{donor.donor}", len(TARGETS))
        log2 = np.log2(signal[:-1] / signal[-1])
        found.append(log2 - log2[:, :1])
    expected = np.array([list(changes.values()) for changes in LOG2_CHANGE.values()])
    assert np.mean(found, axis=0) == pytest.approx(expected, abs=0.25)


def test_no_band_reaches_the_darkest_or_brightest_grey(blots: Drawn) -> None:
    for name, data in blots.files.items():
        if name.endswith(".csv") and name.startswith("landing"):
            for row in csv.DictReader(io.StringIO(data.decode())):
                assert 0 < int(row["Min"]) < int(row["Max"]) < 255


def test_a_layout_names_a_lane_for_every_culture_and_a_box_for_the_background(blots: Drawn) -> None:
    rows = list(csv.DictReader(io.StringIO(blots.files["layouts/gel_NP2.csv"].decode())))
    assert [r["role"] for r in rows] == ["ladder", *["sample"] * 6, "background"]
    assert [r["sample"] for r in rows[1:-1]] == [f"NP2_{c}" for c in CONDITIONS]


def test_exosomes_are_rich_in_their_markers(blots: Drawn) -> None:
    log2 = np.log2(levels(blots, "WB_EXO", len(EXOSOME_MARKERS)))
    change = log2[:, :3].mean(axis=1) - log2[:, 3:].mean(axis=1)
    assert change == pytest.approx(list(EXOSOME_MARKERS.values()), abs=0.25)


def test_files_csv_names_what_was_written(blots: Drawn) -> None:
    rows = file_rows()
    landing = {name for name in blots.files if name.startswith("landing/")}
    assert {row["file"] for row in rows} == landing
    assert {f"layouts/{r['layout']}.csv" for r in rows if "layout" in r} == blots.files.keys() - landing
