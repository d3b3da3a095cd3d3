from __future__ import annotations

from math import log2

import pytest

from tasks.analyses.particle_size import ANALYSIS, TABLE
from tests.tasks.analyses.bench_analyses import Row, computed, measured

CAPTURE: Row = {"object_id": "f1", "capture": "1", "is_pooled": False, "sample_id": "C1", "mean_nm": 100.0,
                "mode_nm": 95.0, "d50_nm": 97.0, "total_concentration_per_ml": 2.0**30}  # fmt: skip


def test_captures_of_a_culture_are_technical_and_pooled_rows_and_materials_are_none() -> None:
    rows = [
        CAPTURE,
        CAPTURE | {"capture": "2", "mean_nm": 110.0, "total_concentration_per_ml": 2.0**32},
        CAPTURE | {"capture": "pooled", "is_pooled": True, "mean_nm": 105.0},
        CAPTURE | {"object_id": "f2", "sample_id": None, "material_id": "EXO1"},
        CAPTURE | {"object_id": "f3", "sample_id": "C2"},
    ]
    done = computed(ANALYSIS, rows)
    assert list(done) == ["a", "b"]
    found = {(r["measure"]): r for r in done["a"].frames[TABLE].to_dicts()}
    assert found.keys() == {"mean_size", "mode_size", "median_size", "concentration"}
    assert (found["mean_size"]["value"], found["mean_size"]["technical_n"]) == (105.0, 2)
    assert (found["concentration"]["value"], found["concentration"]["scale"]) == (31.0, "log2")
    assert {r["sample_id"] for r in measured(ANALYSIS, done["a"])} == {"C1"}


@pytest.mark.parametrize("flag", ["dilution_missing", "dilution_twice", "dilution_disagrees", "dilution_not_applied"])
def test_without_a_sure_dilution_there_is_size_and_no_concentration(flag: str) -> None:
    lost = CAPTURE | {"total_concentration_per_ml": None, "flag": f"{flag};brightness: caution"}
    rows = {r["measure"]: r for r in computed(ANALYSIS, [lost])["a"].frames[TABLE].to_dicts()}
    assert (rows["concentration"]["value"], rows["concentration"]["na_reason"]) == (None, flag)
    assert rows["mean_size"]["value"] == 100.0


def test_an_empty_capture_says_so_and_excluded_cultures_are_marked() -> None:
    empty = CAPTURE | {"mean_nm": None, "mode_nm": None, "d50_nm": None, "total_concentration_per_ml": 0.0}
    rows = computed(ANALYSIS, [empty, CAPTURE | {"sample_id": "X1", "object_id": "f2"}])["a"].frames[TABLE].to_dicts()
    found = {(r["sample_id"], r["measure"]): r for r in rows}
    assert found["C1", "mean_size"]["na_reason"] == "empty_capture"
    assert found["C1", "concentration"]["na_reason"] == "not_positive"
    assert found["X1", "concentration"]["value"] == pytest.approx(log2(2**30))
    assert found["X1", "mean_size"]["is_excluded"]
