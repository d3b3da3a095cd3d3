from __future__ import annotations

import io
from collections import defaultdict

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from tasks.simulation.design import BENCH, CONDITIONS
from tasks.simulation.qpcr import Qpcr, simulate_qpcr


@pytest.fixture(scope="module")
def runs() -> Qpcr:
    return simulate_qpcr(np.random.default_rng(7))


def wells(runs: Qpcr) -> list[tuple[str, str, str, str]]:
    """Sample, target, task and Cq of every well as the exports write them."""
    found = []
    for name, data in runs.files.items():
        if name.endswith(".xlsx"):
            rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("Results").to_python()
            table = [list(map(str, row)) for row in rows[next(i for i, r in enumerate(rows) if r[0] == "Well") :]]
        else:
            table = [line.split("\t") for line in data.decode().split("[Results]\n")[1].splitlines()]
        columns = (
            ("Sample", "Target", "Task", "Cq") if "Sample" in table[0] else ("Sample Name", "Target Name", "Task", "CT")
        )
        indices = [table[0].index(column) for column in columns]
        found += [(row[a], row[b], row[c], row[d]) for row in table[1:] for a, b, c, d in [indices]]
    return found


def test_fold_changes_recomputed_from_the_exports_are_those_of_the_truth(runs: Qpcr) -> None:
    cqs: dict[tuple[str, str], list[float]] = defaultdict(list)
    for sample, target, task, cq in wells(runs):
        if task == "UNKNOWN" and cq.lower() != "undetermined":
            cqs[sample, target].append(float(cq))
    delta: dict[tuple[str, str], list[float]] = defaultdict(list)
    for culture in BENCH:
        for target in ("SOX9", "COL2A1", "ACAN"):
            value = np.mean(cqs[culture.sample, target]) - np.mean(cqs[culture.sample, "GAPDH"])
            delta[target, culture.treatment.condition].append(float(value))
    for target, truth in runs.truth["log2_fold_change_against_control"].items():
        for condition in CONDITIONS:
            assert len(delta[target, condition]) == 3
            found = np.mean(delta[target, "control"]) - np.mean(delta[target, condition])
            assert found == pytest.approx(truth[condition], abs=0.3)


def test_one_sample_well_is_undetermined_and_the_blanks_are_empty_but_for_late_dimers(runs: Qpcr) -> None:
    lost = [(s, t) for s, t, task, cq in wells(runs) if task == "UNKNOWN" and cq.lower() == "undetermined"]
    assert lost == [(u["sample"], u["target"]) for u in runs.truth["undetermined"]]
    blanks = [cq.lower() for s, t, task, cq in wells(runs) if task == "NTC"]
    assert len(blanks) == 36
    assert sorted({b for b in blanks if b != "undetermined"}) in (["38.2", "38.200"], ["38.2"])
