from __future__ import annotations

from tasks.analyses.nucleic_acid_quality import ANALYSIS
from tests.tasks.analyses.bench_analyses import Row, computed, measured

READING: Row = {"object_id": "f1", "reading": 1, "instrument": "NanoDrop", "role": "sample", "sample_id": "C1",
                "nucleic_acid": "RNA", "concentration_ng_per_ul": 256.0, "ratio_260_280": 2.0}  # fmt: skip


def test_instruments_are_averaged_per_culture_and_ladders_left_out() -> None:
    rows = [
        READING,
        READING | {"object_id": "f2", "concentration_ng_per_ul": 64.0, "ratio_260_280": None, "rin": 8.5},
        READING | {"reading": 2, "role": "ladder", "concentration_ng_per_ul": 1.0},
        READING | {"sample_id": "T1", "concentration_ng_per_ul": None, "flag": "no_concentration"},
    ]
    done = computed(ANALYSIS, rows)["a"]
    found = {(r["sample_id"], r["measure"]): r for r in measured(ANALYSIS, done)}
    assert found["C1", "concentration"]["value"] == 7.0
    assert (found["C1", "rin"]["value"], found["C1", "ratio_260_280"]["value"]) == (8.5, 2.0)
    assert found["T1", "concentration"]["na_reason"] == "no_concentration"
    assert {r["target"] for r in found.values()} == {"RNA"}
    assert ("T1", "rin") not in found
