from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.base import columns
from schemas.tables.measurements import Measurement
from tasks.methods.time_courses import Course, choose, complete, courses, named

SCHEMA = {c.name: c.dtype for c in columns(Measurement)}
Row = dict[str, Any]


def measured(condition: str, time_h: float, donor: str, value: float | None = 1.0, **more: object) -> Row:
    row: Row = {"measure": "viability", "target": "", "scale": "raw", "is_excluded": False, "value": value}
    row |= {"condition": condition, "time_h": time_h, "donor_id": donor, "sample_id": f"{donor}_{condition}"}
    return row | more


def course(rows: list[Row]) -> Course:
    (found,) = courses(pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA), ("a", "b"))
    return found


def grid(*, donors: str = "pq", line: str = "", **more: object) -> list[Row]:
    return [
        measured(c, t, line or d, sample_id=f"{d}_{c}", **more)
        for c in ("a", "b")
        for t in (24.0, 72.0)
        for d in donors
    ]


def plates(rows: list[Row], name: str) -> list[Row]:
    return [r | {"block_id": name.format(**r)} for r in rows]


DONORS, LINE = grid(), grid(line="cells")
APART = [measured(c, t, f"{d}{c}") for c in ("a", "b") for t in (24.0, 72.0) for d in "pq"]
OTHERS = [r | {"sample_id": f"{r['sample_id']}_{r['time_h']}"} for r in LINE]


@pytest.mark.parametrize(
    ("rows", "design", "time_design", "method"),
    [
        (DONORS, "auto", "auto", "two_way_repeated"),
        (plates(DONORS, "P{time_h}"), "auto", "auto", "two_way_repeated"),
        (DONORS, "independent", "auto", "mixed"),
        (DONORS, "auto", "separate_plates", "two_way"),
        (APART, "auto", "auto", "mixed"),
        (APART[:-1], "blocked", "auto", "two_way_repeated"),
        (LINE, "auto", "auto", "mixed"),
        (plates(LINE, "P1"), "auto", "auto", "mixed"),
        (plates(LINE, "P{time_h}"), "auto", "auto", "two_way"),
        (plates(LINE, "P{time_h}"), "auto", "repeated", "mixed"),
        (OTHERS, "auto", "auto", "two_way"),
    ],
)
def test_donors_plates_and_the_study_choose_the_analysis(
    rows: list[Row], design: str, time_design: str, method: str
) -> None:
    assert choose(course(rows), design, time_design).method == method


def test_values_are_averaged_over_a_cultures_rows_then_a_donors_cultures() -> None:
    rows = [r | {"value": 1.0} for r in DONORS[1:]]
    rows += [DONORS[0] | {"value": v, "block_id": b} for v, b in ((2.0, "x"), (4.0, "y"))]
    rows += [DONORS[0] | {"value": 9.0, "sample_id": "second", "block_id": "x"}]
    found = course(rows)
    assert found.values["a", 24.0, "p"] == 6.0
    assert (found.n_unit, found.is_averaged) == ("donor", True)


def test_lost_and_excluded_values_are_missing_cells_and_change_neither_unit_nor_design() -> None:
    lost = [r | {"value": None} if i == 0 else r | {"is_excluded": i == 7} for i, r in enumerate(DONORS)]
    found = course(lost)
    assert (found.n_unit, found.is_crossed) == ("donor", True)
    assert named(found.missing(is_crossed=True)) == "p in a at 24 h, q in b at 72 h"
    assert not complete(found, is_crossed=True).values
    assert set(complete(found, is_crossed=False).units["a"]) == {"q"}


def test_a_time_that_a_condition_lacks_is_left_out_of_what_is_complete() -> None:
    found = course([*DONORS, *(measured("a", 0.0, d) for d in "pq")])
    assert found.empty() == [("b", 0.0, "")]
    assert named(found.empty()) == "b at 0 h"
    rest = complete(found, is_crossed=True)
    assert (rest.times, len(rest.values)) == ((24.0, 72.0), 8)


def test_one_time_is_no_course_and_rows_without_a_time_belong_to_none() -> None:
    rows = [*DONORS[:2], DONORS[2] | {"time_h": None}]
    assert not list(courses(pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA), ("a", "b")))


def test_many_missing_cells_are_counted() -> None:
    assert named([("a", float(t), "") for t in range(8)]).endswith("a at 4 h and 3 more")
