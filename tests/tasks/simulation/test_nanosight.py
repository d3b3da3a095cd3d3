from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from tasks.simulation.nanosight import BIN_CENTRES, summary_export


def sections(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"": []}
    for cells in csv.reader(io.StringIO(text)):
        if cells and cells[0].startswith("["):
            found[cells[0]] = []
        elif cells and cells[0]:
            list(found.values())[-1].append(cells[0])
    return found


def test_sections_and_keys_are_those_of_a_real_summary(shared: Path) -> None:
    """The program's own figures of a real run, written again from its bins, agree with what it printed."""
    text = (shared / "data/nta/nanosight_nta32_beads.csv").read_text()
    rows = list(csv.reader(io.StringIO(text)))
    start = next(i for i, cells in enumerate(rows) if cells[0].startswith("Bin centre")) + 1
    captures = np.array([[float(v) for v in cells[1:13]] for cells in rows[start : start + len(BIN_CENTRES)]])
    when = datetime(2024, 3, 4, 9)  # noqa: DTZ001 -- the program writes no zone
    written = summary_export(
        captures, np.full(12, 200.0), name="beads", sample="beads", captured_at=when, remarks=""
    ).decode()
    real, own = sections(text), sections(written)
    assert own.keys() <= real.keys()
    assert own["[Size Data]"][:9] == real["[Size Data]"][:9]
    for name, keys in own.items():
        assert set(keys) <= set(real[name]), name
    again = list(csv.reader(io.StringIO(written)))
    for title in ("Concentration (Particles", "Mean", "SD", "D50"):
        printed, computed = (
            [float(v) for v in next(c for c in table if c[0].startswith(title))[1:13]] for table in (rows, again)
        )
        assert computed == pytest.approx(printed, rel=0.01), title
