from __future__ import annotations

import io

import flowio
import numpy as np
import pytest

from tasks.simulation.apoptosis import CONTROLS, PERCENT, SPILLOVER, STATES, file_name, file_rows, simulate_apoptosis
from tasks.simulation.design import BENCH
from tasks.simulation.drawn import Drawn


@pytest.fixture(scope="module")
def stained() -> Drawn:
    return simulate_apoptosis(np.random.default_rng(7))


def single_cells(data: bytes) -> np.ndarray:
    """Compensated annexin V and PI of events that are neither debris nor doublets."""
    events = np.asarray(flowio.FlowData(io.BytesIO(data)).events, dtype=np.float64).reshape(-1, 6)
    kept = (events[:, 0] > 36_000) & (events[:, 1] / events[:, 0] > 0.63)
    return np.asarray(events[kept, 3:5] @ np.linalg.inv(SPILLOVER))


def test_quadrants_hold_the_shares_of_the_truth(stained: Drawn) -> None:
    for culture in BENCH:
        annexin, pi = (single_cells(stained.files[file_name(culture.sample)]) > (1_400, 1_800)).T
        quadrants = (~annexin & ~pi, annexin & ~pi, annexin & pi, ~annexin & pi)
        expected = stained.truth["cultures"][culture.sample]
        assert sum(expected.values()) == pytest.approx(100, abs=0.01)
        found = [100 * q.mean() for q in quadrants]
        assert found == pytest.approx([expected[s] for s in STATES], abs=1.5), culture.sample


def test_cultures_scatter_about_their_condition(stained: Drawn) -> None:
    for condition, percents in PERCENT.items():
        drawn = [stained.truth["cultures"][c.sample] for c in BENCH if c.treatment.condition == condition]
        dying = [100 - d["live"] for d in drawn]
        assert np.mean(dying) == pytest.approx(sum(percents), rel=0.25)
        assert len(set(dying)) == 3


def test_controls_have_only_their_stain(stained: Drawn) -> None:
    for name, stains in CONTROLS.items():
        light = single_cells(stained.files[file_name(name)])
        for stain in (0, 1):
            is_bright = bool(np.quantile(light[:, stain], 0.9) > 3_000)
            assert is_bright == (stain in stains), (name, stain)


def test_files_csv_names_what_was_written(stained: Drawn) -> None:
    assert {row["file"] for row in file_rows()} == stained.files.keys()
