from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from schemas.base import columns
from schemas.bench_options import Condition
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.qpcr_wells import QpcrWell
from tasks.analyses.qpcr_standard_curves import ANALYSIS, OBJECTS, TABLE, WELLS

SCHEMA = {c.name: c.dtype for c in columns(QpcrWell)} | {"is_excluded": pl.Boolean}
STUDY = Study(config=StudyYaml(study_id="s", conditions=[Condition(id="c")]), samples=())
FILES = pl.DataFrame(
    [("f1", "day1.txt", "loaded"), ("f2", "day2.txt", "loaded")],
    schema=["object_id", "file_name", "status"],
    orient="row",
)


def wells(object_id: str, factor: float, task: str = "standard") -> pl.DataFrame:
    """A dilution series whose slope tells the factor."""
    slope = -1 / math.log10(factor)
    row: dict[str, Any] = {"object_id": object_id, "plate": "p", "target": "ACAN", "task": task, "reading": 1}
    rows = [
        row | {"well": f"A{k:02d}", "quantity": 10.0**k, "cq": 36 + slope * k, "is_excluded": False}
        for k in range(1, 6)
    ]
    return pl.DataFrame([{c: r.get(c) for c in SCHEMA} for r in rows], schema=SCHEMA)


def test_each_file_with_standards_is_a_part_of_its_own() -> None:
    frame = pl.concat([wells("f1", 2.0), wells("f2", 1.9), wells("f3", 2.0, task="unknown")])
    parts = ANALYSIS.parts(STUDY, {WELLS: frame.select("object_id", "task").unique(), OBJECTS: FILES})
    assert [p.where[WELLS] for p in parts] == [{"object_id": (o,), "task": ("standard",)} for o in ("f1", "f2")]
    done = ANALYSIS.run(parts[1], {WELLS: wells("f2", 1.9)})
    (row,) = done.frames[TABLE].to_dicts()
    assert (row["object_id"], row["plate"], row["target"]) == ("f2", "p", "ACAN")
    assert row["amplification_factor"] == pytest.approx(1.9)
    assert row["r_squared"] == pytest.approx(1)
    assert done.problems == ()


@pytest.mark.parametrize(("factor", "words"), [(1.7, "efficiency 70 %"), (3.5, "efficiency 250 %")])
def test_a_poor_curve_is_one_line(factor: float, words: str) -> None:
    (part,) = ANALYSIS.parts(STUDY, {WELLS: wells("f1", factor).select("object_id", "task"), OBJECTS: FILES})
    (problem,) = ANALYSIS.run(part, {WELLS: wells("f1", factor)}).problems
    assert (problem.rule, problem.file) == ("standard_curve_poor", "day1.txt")
    assert words in problem.message
    assert ("does not use this curve" in problem.remedy) == (factor > 3)


def test_a_rising_curve_is_told_too() -> None:
    rising = wells("f1", 2.0).with_columns(cq=40 - pl.col("cq"))
    (part,) = ANALYSIS.parts(STUDY, {WELLS: rising.select("object_id", "task"), OBJECTS: FILES})
    (problem,) = ANALYSIS.run(part, {WELLS: rising}).problems
    assert "no efficiency" in problem.message
