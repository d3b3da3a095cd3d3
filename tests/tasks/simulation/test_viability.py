from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from tasks.simulation.design import BENCH, CONDITIONS
from tasks.simulation.viability import MISSED_WELL, TIMES_H, Viability, file_name, simulate_viability


@pytest.fixture(scope="module")
def plates() -> Viability:
    return simulate_viability(np.random.default_rng(7))


def read(plates: Viability, time_h: int) -> dict[str, float]:
    text = plates.files[file_name(time_h)].decode("ascii")
    grid = text.split("Results\r\n", maxsplit=1)[1].split("\r\n")[1:9]
    return {
        f"{line[0]}{column:02d}": float(value.replace("MISSED", "nan"))
        for line in grid
        for column, value in enumerate(line.split("\t")[1:13], start=1)
    }


def layout(plates: Viability) -> dict[str, tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(plates.layout.decode()))
    return {row["well"]: (row["sample"], row["role"]) for row in rows}


def test_the_layout_gives_every_culture_three_wells_and_a_column_of_blanks(plates: Viability) -> None:
    wells = layout(plates)
    assert len(wells) == 96
    for culture in BENCH:
        assert sum(sample == culture.sample for sample, _ in wells.values()) == 3
    assert sum(role == "blank" for _, role in wells.values()) == 6


@pytest.mark.parametrize("time_h", TIMES_H)
def test_percentages_recomputed_from_the_exports_are_those_of_the_truth(plates: Viability, time_h: int) -> None:
    wells, od = layout(plates), read(plates, time_h)
    blank = np.mean([od[w] for w, (_, role) in wells.items() if role == "blank"])
    means = {
        c: np.nanmean(
            [
                od[well] - blank
                for well, (sample, _) in wells.items()
                for culture in BENCH
                if culture.sample == sample and culture.treatment.condition == c
            ]
        )
        for c in CONDITIONS
    }
    for condition in CONDITIONS:
        expected = plates.truth["percent_of_control"][condition][str(time_h)]
        assert 100 * means[condition] / means["control"] == pytest.approx(expected, abs=5)


def test_only_the_well_that_the_truth_names_was_missed(plates: Viability) -> None:
    missed = [(t, w) for t in TIMES_H for w, v in read(plates, t).items() if np.isnan(v)]
    assert missed == [MISSED_WELL]
    assert plates.truth["flagged_wells"] == [{"file": file_name(24), "well": "D05", "flag": "missed"}]
