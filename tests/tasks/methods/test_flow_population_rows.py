from __future__ import annotations

import json

import numpy as np
import pytest

from tasks.methods.cell_gates import CellGate, Scatter
from tasks.methods.flow_population_rows import cell_populations, intensity, joined, median, population
from tests.tasks.methods.flow_simulation import TRUTH, events, tube

TUBE = tube("S", events(TRUTH, n=1_000))


def test_percentages_are_of_the_parent_and_of_all_events() -> None:
    row = population(TUBE, "g", "cells/singlets/CD34+", 50, 200, {"PE-A": {"min": 3.0}}, "fmo", marker="CD34")
    assert (row["percent_of_parent"], row["percent_of_total"]) == (25.0, 5.0)
    assert (row["population"], row["parent"], row["marker"]) == ("CD34+", "cells/singlets", "CD34")
    assert json.loads(row["thresholds"]) == {"scale": "linear", "PE-A": {"min": 3.0}}
    empty = population(TUBE, "g", "cells", 0, 0, None, None)
    assert (empty["percent_of_parent"], empty["na_reason"], empty["thresholds"]) == (None, "empty_parent", None)


def test_cells_and_singlets_name_their_bounds() -> None:
    gate = CellGate(Scatter("FSC-A", "SSC-A", "FSC-H", None), 40_000.0, "valley", 1.2, "ratio")
    mask, rows = cell_populations(TUBE, gate, "g")
    assert [r["gate_path"] for r in rows] == ["cells", "cells/singlets"]
    assert rows[1]["event_count"] == int(mask.sum()) < rows[0]["event_count"] == rows[1]["parent_count"]
    assert json.loads(rows[0]["thresholds"])["FSC-A"] == {"min": 40_000.0}
    assert json.loads(rows[1]["thresholds"])["FSC-A/FSC-H"] == {"max": 1.2}


def test_medians_leave_out_what_is_no_number() -> None:
    assert median(np.array([1.0, np.nan, 3.0])) == 2.0
    assert median(np.array([np.nan])) is None
    row = intensity(TUBE, "g", "cells", "PE-A", None, np.array([np.nan]))
    assert (row["value"], row["na_reason"], row["is_compensated"]) == (None, "no_events", True)


@pytest.mark.parametrize(("flags", "text"), [([], None), ([None], None), (["a", None, "b", "a"], "a;b")])
def test_flags_are_joined_once_each(flags: list[str | None], text: str | None) -> None:
    assert joined(flags) == text
