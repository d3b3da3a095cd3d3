from __future__ import annotations

import polars as pl

from tasks.methods.qpcr_plate_setup import setup_problems

SCHEMA = {
    "plate": pl.String, "well": pl.String, "sample_name": pl.String, "target": pl.String, "task": pl.String,
    "cq": pl.Float64, "flag": pl.String,
}  # fmt: skip


def wells(*samples: str | None, task: str = "unknown", flag: str | None = None) -> pl.DataFrame:
    rows = [("p", f"A{i:02d}", s, "ACAN", task, 25.0, flag) for i, s in enumerate(samples, start=1)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


EVEN = ("C1", "C1", "C2", "C2", "T1", "T1", "T2", "T2")


def test_wells_with_a_cq_but_no_sample_are_named() -> None:
    (problem,) = setup_problems(wells(*EVEN, None), "f.txt")
    assert (problem.rule, problem.place) == ("no_sample_in_well", "wells A09")
    assert setup_problems(wells(*EVEN, None, task="standard"), "f.txt") == []


def test_a_well_under_the_wrong_name_is_suspected() -> None:
    (problem,) = setup_problems(wells("C1", "C1", "C2", "C2", "T1", "T1", "T2", "T2", "T3", "T3", "T4", "C1"), "f.txt")
    assert (problem.rule, problem.value) == ("uneven_replicates", "C1")
    assert "1 of T4's wells and 3 of C1's where the others have 2" in problem.message
    assert problem.place == "wells A01, A02, A12"


def test_even_plates_lost_wells_and_omitted_ones_are_no_problem() -> None:
    assert setup_problems(wells(*EVEN), "f.txt") == []
    assert setup_problems(wells(*EVEN[:-1]), "f.txt") == []  # a lost well is nobody else's
    assert setup_problems(wells(*EVEN, None, flag="omitted"), "f.txt") == []
