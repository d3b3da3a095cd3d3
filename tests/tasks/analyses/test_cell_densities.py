from __future__ import annotations

from tasks.analyses.cell_densities import ANALYSIS
from tests.tasks.analyses.bench_analyses import Row, computed, measured

READING: Row = {"object_id": "f1", "assay": "cell_counts", "plate": "", "field": "1", "sample_id": "C1", "stain": "",
                "total_count": 500, "percent_viable": 90.0, "concentration_per_ml": 2.0**20}  # fmt: skip


def test_readings_are_averaged_and_densities_as_logarithms() -> None:
    rows = [READING, READING | {"field": "2", "percent_viable": 80.0, "concentration_per_ml": 2.0**22}]
    found = {r["measure"]: r for r in measured(ANALYSIS, computed(ANALYSIS, rows)["a"])}
    assert found.keys() == {"concentration", "percent_viable"}
    assert (found["concentration"]["value"], found["percent_viable"]["value"]) == (21.0, 85.0)


def test_positive_cells_are_summed_over_fields_where_they_were_told_apart() -> None:
    row = READING | {"percent_viable": None, "concentration_per_ml": None, "stain": "GFP", "positive_count": 50}
    rows = [row, row | {"field": "2", "total_count": 100}]
    (found,) = measured(ANALYSIS, computed(ANALYSIS, rows)["a"])
    assert (found["measure"], found["target"], found["value"]) == ("percent_positive", "GFP", 100 * 100 / 600)


def test_shares_of_fewer_than_200_cells_are_told() -> None:
    few = READING | {"total_count": 99, "field": "2", "sample_id": "T1"}
    (problem,) = computed(ANALYSIS, [READING, few])["a"].problems
    assert problem.rule == "few_cells"
    assert "1 of 2 cultures have fewer than 200 counted cells (99 the fewest)" in problem.message
    assert computed(ANALYSIS, [READING, few | {"percent_viable": None}])["a"].problems == ()
