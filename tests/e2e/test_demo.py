"""The simulated study, whole: what it was drawn from is found again."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from tasks.simulation.study import simulate
from tests.e2e.small_study import Bench
from tests.recovery import assert_truth_recovered


def test_the_truth_of_the_simulated_study_is_recovered(tmp_path: Path) -> None:
    for name, data in simulate().items():
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    bench = Bench(tmp_path / "study", tmp_path / "home")
    summary = bench.night()
    assert not summary.failed
    assert not summary.quarantined
    with duckdb.connect(str(bench.warehouse.published), read_only=True) as snapshot:
        assert_truth_recovered(snapshot, json.loads((bench.study / "truth.json").read_text()))
    assert bench.night().is_unchanged
