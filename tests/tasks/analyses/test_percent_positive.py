from __future__ import annotations

from tasks.analyses.percent_positive import ANALYSIS
from tests.tasks.analyses.bench_analyses import Row, computed, measured

FIELD: Row = {"object_id": "f1", "assay": "senescence", "plate": "", "field": "1", "sample_id": "C1",
              "stain": "SA-b-gal", "positive_count": 30, "total_count": 150, "time_h": 72.0}  # fmt: skip


def test_fields_of_a_culture_become_one_percentage() -> None:
    rows = [FIELD, FIELD | {"field": "2", "positive_count": 60}, FIELD | {"sample_id": "T1", "total_count": 300}]
    done = computed(ANALYSIS, [*rows, FIELD | {"assay": "cell_counts", "sample_id": "C2"}])
    assert list(done) == ["a"]
    found = {r["sample_id"]: r for r in measured(ANALYSIS, done["a"])}
    assert {s: r["value"] for s, r in found.items()} == {"C1": 30.0, "T1": 10.0}
    assert found["C1"]["technical_n"] == 2
    assert {(r["measure"], r["target"], r["scale"], r["time_h"]) for r in found.values()} == {
        ("percent_positive", "SA-b-gal", "raw", 72.0)
    }
    assert done["a"].problems == ()


def test_fewer_than_200_cells_are_told_in_one_line() -> None:
    done = computed(ANALYSIS, [FIELD, FIELD | {"sample_id": "T1", "total_count": 500}])["a"]
    (problem,) = done.problems
    assert str(problem) == (
        "samples.csv, sample C1: 1 of 2 cultures have fewer than 200 counted cells (150 the fewest). "
        "Count more fields of these cultures."
    )
    assert {r["sample_id"]: r["flag"] for r in done.frames["result.percent_positive"].to_dicts()} == {
        "C1": "few_cells",
        "T1": None,
    }
