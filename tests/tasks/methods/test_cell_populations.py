from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tasks.methods.cell_populations import apoptosis_values, gate_values, marker_values

SAMPLES = pl.DataFrame({"sample_id": ["C1", "T1"], "experiment": ["main", "main"], "is_excluded": [False, True]})
KEY: dict[str, Any] = {"object_id": "o", "data_set": 1, "sample_id": "C1", "time_h": 24.0, "is_excluded": False,
                       "na_reason": None}  # fmt: skip
QUADRANTS = {"percent_live": 60.0, "percent_early_apoptotic": 20.0, "percent_late_apoptotic": 15.0,
             "percent_necrotic": 5.0, "percent_apoptotic": 35.0}  # fmt: skip


def values(found: pl.DataFrame) -> dict[tuple[str, str, str], float]:
    return {(r["sample_id"], r["measure"], r["target"]): r["value"] for r in found.to_dicts()}


def test_acquisitions_of_a_culture_are_technical_and_materials_are_none() -> None:
    rows = [
        KEY | QUADRANTS,
        KEY | QUADRANTS | {"object_id": "p", "percent_live": 64.0},
        KEY | QUADRANTS | {"object_id": "q", "sample_id": None},
        KEY | QUADRANTS | {"object_id": "r", "sample_id": "T1"},
    ]
    found = apoptosis_values(pl.DataFrame(rows), SAMPLES)
    live = found.filter(measure="percent_live").to_dicts()
    assert [(r["sample_id"], r["value"], r["technical_n"], r["is_excluded"]) for r in live] == [
        ("C1", 62.0, 2, False),
        ("T1", 60.0, 1, True),
    ]
    assert live[0]["technical_sd"] == pytest.approx(8**0.5)
    assert found["unit"].unique().to_list() == ["%"]


def test_a_tube_with_too_few_events_leaves_its_reason() -> None:
    row = KEY | dict.fromkeys(QUADRANTS) | {"na_reason": "too_few_events"}
    found = apoptosis_values(pl.DataFrame([row], schema_overrides=dict.fromkeys(QUADRANTS, pl.Float64)), SAMPLES)
    assert set(found["na_reason"]) == {"too_few_events"}
    assert found["value"].null_count() == found.height == 5


def test_intensities_are_averaged_as_logarithms() -> None:
    rows = [
        KEY | {"marker": "CD73", "percent_positive": 98.0, "median_intensity": 1_024.0, "median_ratio": 16.0},
        KEY | {"marker": "CD73", "percent_positive": 98.0, "median_intensity": 4_096.0, "median_ratio": None},
    ]
    found = values(marker_values(pl.DataFrame(rows), SAMPLES))
    assert found == {
        ("C1", "percent_positive", "CD73"): 98.0,
        ("C1", "median_intensity", "CD73"): 11.0,
        ("C1", "median_ratio", "CD73"): 4.0,
    }


def gate(path: str, percent: float | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- any column
    parent, _, name = path.rpartition("/")
    return KEY | {"gate_source": "flowjo", "gating": "g.wsp", "gate_path": path, "population": name,
                  "parent": parent or None, "percent_of_parent": percent} | more  # fmt: skip


def test_populations_of_a_studys_gates_are_named_by_their_path_and_quadrants_known_by_name() -> None:
    rows = [
        gate("cells", 80.0),
        gate("cells/Viable", 60.0),
        gate("cells/Early apoptotic", 20.0),
        gate("cells/late_apoptosis", 15.0),
        gate("cells/Necrotic", 5.0),
        gate("cells/singlets/live", 60.0, gate_source="builtin"),
    ]
    found = values(gate_values(pl.DataFrame(rows), SAMPLES))
    assert found["C1", "percent_of_parent", "cells"] == 80.0
    assert found["C1", "percent_apoptotic", ""] == 35.0
    assert found["C1", "percent_live", ""] == 60.0
    assert ("C1", "percent_of_parent", "cells/singlets/live") not in found


def test_what_a_program_had_counted_gives_way_to_the_same_cells_gated_here() -> None:
    names = {"live": 60.0, "early": 20.0, "late": 15.0, "necrotic": 5.0, "non-viable": 40.0}
    counted = [gate(f"cells/{n}", v + 2, gate_source="imported", object_id="wsp") for n, v in names.items()]
    here = [gate(f"cells/{n}", v) for n, v in names.items()]
    found = gate_values(pl.DataFrame([*counted, gate("other", 9.0, gate_source="imported"), *here]), SAMPLES)
    assert found["technical_n"].unique().to_list() == [1]
    assert values(found)["C1", "percent_apoptotic", ""] == 35.0
    assert values(found)["C1", "percent_live", ""] == 60.0
    assert values(found)["C1", "percent_of_parent", "other"] == 9.0
    assert values(gate_values(pl.DataFrame(counted), SAMPLES))["C1", "percent_apoptotic", ""] == 39.0
    without = [gate(f"cells/{n}", v) for n, v in names.items() if n != "live"]
    assert ("C1", "percent_live", "") not in values(gate_values(pl.DataFrame(without), SAMPLES))


def test_gates_that_are_no_quadrants_give_no_apoptosis() -> None:
    found = values(gate_values(pl.DataFrame([gate("live", 90.0), gate("live/CD3+", 10.0)]), SAMPLES))
    assert {measure for _, measure, _ in found} == {"percent_of_parent"}


def test_nothing_gives_nothing() -> None:
    rows = pl.DataFrame([gate("cells", 1.0, gate_source="builtin")])
    assert gate_values(rows, SAMPLES).is_empty()
