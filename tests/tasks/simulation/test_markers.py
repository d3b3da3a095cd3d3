from __future__ import annotations

import io

import flowio
import numpy as np
import pytest

from tasks.simulation.drawn import Drawn
from tasks.simulation.markers import (
    MARKERS,
    file_name,
    file_rows,
    material,
    simulate_markers,
    spillover,
)


@pytest.fixture(scope="module")
def stained() -> Drawn:
    return simulate_markers(np.random.default_rng(7))


def single_cells(data: bytes) -> np.ndarray:
    events = np.asarray(flowio.FlowData(io.BytesIO(data)).events, dtype=np.float64).reshape(-1, 11)
    kept = (events[:, 0] > 45_000) & (events[:, 1] / events[:, 0] > 0.66)
    return np.asarray(events[kept, 3:10] @ np.linalg.inv(spillover()))


def test_cells_brighter_than_their_isotype_are_the_share_of_the_truth(stained: Drawn) -> None:
    for number in range(3):
        limit = np.quantile(single_cells(stained.files[file_name(number, "isotype")]), 0.999, axis=0)
        found = 100 * (single_cells(stained.files[file_name(number, "stained")]) > limit).mean(axis=0)
        expected = stained.truth["percent_positive"][material(number)]
        assert found == pytest.approx([expected[m] for m in MARKERS], abs=1.5)


def test_the_truth_is_that_of_mesenchymal_cells(stained: Drawn) -> None:
    for values in stained.truth["percent_positive"].values():
        assert all((values[m] > 75) == (m not in ("CD34", "CD45")) for m in MARKERS)
        assert max(values["CD34"], values["CD45"]) < 2


def test_files_csv_names_what_was_written(stained: Drawn) -> None:
    rows = file_rows()
    assert {row["file"] for row in rows} == stained.files.keys()
    assert {(row["control"], row["run"]) for row in rows if row["sample"] == material(0)} == {
        ("", material(0)),
        ("isotype", material(0)),
        ("unstained", material(0)),
    }
