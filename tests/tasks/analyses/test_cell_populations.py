from __future__ import annotations

from typing import Any

import polars as pl

from tasks.analyses.cell_populations import ANALYSIS, APOPTOSIS, MARKERS, POPULATIONS, TABLE
from tests.tasks.analyses.bench_analyses import SAMPLES, measured
from tests.tasks.analyses.flow_bench import Frames, computed, frame, study

ROW: dict[str, Any] = {"object_id": "o", "data_set": 1, "sample_id": "C1", "time_h": 24.0, "is_excluded": False}
PERCENT = {"percent_live": 70.0, "percent_early_apoptotic": 20.0, "percent_late_apoptotic": 8.0,
           "percent_necrotic": 2.0, "percent_apoptotic": 28.0}  # fmt: skip


def frames(apoptosis: list[dict[str, Any]], markers: list[dict[str, Any]], gates: list[dict[str, Any]]) -> Frames:
    return {
        APOPTOSIS: frame(APOPTOSIS, apoptosis),
        MARKERS: frame(MARKERS, markers),
        POPULATIONS: frame(POPULATIONS, gates).with_columns(is_excluded=pl.lit(value=False)),
        "core.samples": SAMPLES,
    }


def test_all_that_was_gated_becomes_measurements_of_its_experiment() -> None:
    gate = ROW | {"gate_source": "imported", "gate_path": "cells", "population": "cells", "percent_of_parent": 90.0}
    marker = ROW | {"marker": "CD73", "percent_positive": 99.0, "median_intensity": 8.0, "median_ratio": 4.0}
    rows = frames([ROW | PERCENT, ROW | PERCENT | {"sample_id": "C2"}], [marker, marker | {"sample_id": None}], [gate])
    done = computed(ANALYSIS, rows, study())
    assert list(done) == ["a", "b"]
    found = {(r["measure"], r["target"]): r for r in measured(ANALYSIS, done["a"])}
    assert found["percent_apoptotic", ""]["value"] == 28.0
    assert (found["percent_positive", "CD73"]["value"], found["median_ratio", "CD73"]["value"]) == (99.0, 2.0)
    assert found["percent_of_parent", "cells"]["value"] == 90.0
    assert {r["sample_id"] for r in found.values()} == {"C1"}
    assert {r["measure"] for r in done["b"].frames[TABLE].to_dicts()} == set(PERCENT)


def test_own_gates_go_before_counts_of_the_cytometers_program() -> None:
    names = {"early apoptotic": 1.0, "late apoptotic": 2.0}
    gates = [
        ROW | {"gate_source": "imported", "gating": "g", "gate_path": n, "population": n, "percent_of_parent": v}
        for n, v in names.items()
    ]
    done = computed(ANALYSIS, frames([ROW | PERCENT], [], gates), study())["a"].frames[TABLE]
    assert done.filter(measure="percent_apoptotic")["value"].to_list() == [28.0]


def test_a_study_without_gated_cultures_has_no_part() -> None:
    assert computed(ANALYSIS, frames([ROW | PERCENT | {"sample_id": None}], [], []), study()) == {}
