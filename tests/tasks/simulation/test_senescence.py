from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from tasks.simulation.design import BENCH
from tasks.simulation.drawn import Drawn
from tasks.simulation.senescence import FIELDS, IMAGEJ, PERCENT, file_rows, simulate_senescence


@pytest.fixture(scope="module")
def stained() -> Drawn:
    return simulate_senescence(np.random.default_rng(7))


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_the_sheets_add_up_to_the_cells_of_the_truth(stained: Drawn) -> None:
    found: dict[str, dict[str, int]] = {c.sample: {"positive": 0, "total": 0} for c in BENCH}
    fields = 0
    for name, data in stained.files.items():
        if "bgal_" in name:
            for row in rows(data):
                fields += 1
                for kind in ("positive", "total"):
                    found[row["sample"]][kind] += int(row[kind])
    for kind, name in IMAGEJ.items():
        for row in rows(stained.files[name]):
            fields += kind == "total"
            found[row["Slice"].split("/")[0]][kind] += int(row["Count"])
    assert found == stained.truth["counted"]
    assert fields == FIELDS * len(BENCH)


def test_cultures_scatter_about_their_condition(stained: Drawn) -> None:
    for condition, percent in PERCENT.items():
        counted = [stained.truth["counted"][c.sample] for c in BENCH if c.treatment.condition == condition]
        found = [100 * c["positive"] / c["total"] for c in counted]
        assert np.mean(found) == pytest.approx(percent, abs=5)
        assert len(set(found)) == 3


def test_files_csv_names_what_was_written(stained: Drawn) -> None:
    assert {row["file"] for row in file_rows()} == stained.files.keys()
