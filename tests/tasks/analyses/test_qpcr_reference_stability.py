from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from schemas.base import columns
from schemas.bench_options import Condition, Qpcr
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.qpcr_wells import QpcrWell
from tasks.analyses.qpcr_reference_stability import ANALYSIS, SAMPLES, TABLE, WELLS
from tasks.contracts import Computed
from tasks.methods.reference_stability import gene_norm

Row = dict[str, Any]
SCHEMA = {c.name: c.dtype for c in columns(QpcrWell)} | {"is_excluded": pl.Boolean}
CULTURES = ("C1", "C2", "T1", "T2")
CQ = {"GAPDH": (18.0, 18.2, 18.1, 18.3), "B2M": (20.0, 20.4, 20.1, 20.2), "ACTB": (16.0, 17.5, 16.2, 18.4)}
SAMPLE_ROWS = pl.DataFrame(
    [(s, "control" if s.startswith("C") else "il1b", "e1", False) for s in CULTURES],
    schema=["sample_id", "condition", "experiment", "is_excluded"],
    orient="row",
)


def study(*references: str) -> Study:
    config = StudyYaml(
        study_id="s",
        conditions=[Condition(id="control"), Condition(id="il1b")],
        qpcr=Qpcr(reference_targets=list(references)),
    )
    return Study(config=config, samples=(SampleRow(sample="C1", condition="control"),))


def wells(cq: dict[str, tuple[float | None, ...]], **more: object) -> list[Row]:
    row = {"object_id": "f1", "plate": "p", "well": "A01", "reading": 1, "task": "unknown", "is_excluded": False}
    return [
        row | {"sample_id": s, "target": t, "cq": v} | more
        for t, values in cq.items()
        for s, v in zip(CULTURES, values, strict=True)
    ]


def computed(rows: list[Row], about: Study, samples: pl.DataFrame = SAMPLE_ROWS) -> Computed:
    frame = pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA)
    slices = {WELLS: frame.select(ANALYSIS.reads[WELLS]).unique(), SAMPLES: samples}
    (part,) = ANALYSIS.parts(about, slices)
    frames = {WELLS: frame, SAMPLES: samples}
    for table, where in part.where.items():
        for column, values in where.items():
            frames[table] = frames[table].filter(pl.col(column).is_in(list(values)))
    return ANALYSIS.run(part, frames)


def rows_of(done: Computed) -> dict[str, Row]:
    return {r["target"]: r for r in done.frames[TABLE].to_dicts()}


def test_genorms_numbers_stand_beside_the_moves_with_treatment() -> None:
    done = computed(wells(CQ), study("GAPDH", "b2m", "ACTB"))
    found = rows_of(done)
    genes = ["ACTB", "B2M", "GAPDH"]
    expected = gene_norm(-np.array([CQ[g] for g in genes]).T)
    assert [found[g]["m_value"] for g in genes] == pytest.approx(list(expected.m))
    assert [found[g]["rank"] for g in genes] == [3, 1, 1]
    assert found["GAPDH"]["pairwise_variation"] == pytest.approx(float(expected.variation[0]))
    assert found["ACTB"]["pairwise_variation"] is None
    assert [found[g]["stepwise_m"] for g in ("GAPDH", "ACTB")] == pytest.approx(list(expected.stepwise_m))
    assert {r["sample_count"] for r in found.values()} == {4}
    assert found["ACTB"]["max_shift_cq"] == pytest.approx(0.55)
    (problem,) = done.problems
    assert (problem.rule, problem.value) == ("reference_moves_with_treatment", "ACTB")


def test_one_reference_gene_has_no_stability_but_its_move_is_checked() -> None:
    done = computed(wells({"GAPDH": (18.0, 18.0, 19.0, 19.2)}), study("GAPDH"))
    (row,) = done.frames[TABLE].to_dicts()
    assert (row["m_value"], row["na_reason"], row["shift_condition"]) == (None, "one_reference_gene", "il1b")
    assert [p.rule for p in done.problems] == ["reference_moves_with_treatment"]


def test_cultures_without_every_gene_and_excluded_ones_are_left_out() -> None:
    holes = {"GAPDH": (18.0, 18.2, 18.1, 18.3), "B2M": (20.0, None, 20.1, 20.2)}
    assert rows_of(computed(wells(holes), study("GAPDH", "B2M")))["B2M"]["sample_count"] == 3
    gone = SAMPLE_ROWS.with_columns(is_excluded=pl.col("sample_id") == "T2")
    short = rows_of(computed(wells(holes), study("GAPDH", "B2M"), gone))["B2M"]
    assert (short["sample_count"], short["na_reason"], short["m_value"]) == (2, "too_few_samples", None)


def test_other_targets_tasks_and_omitted_wells_are_not_read() -> None:
    extra = [*wells({"ACAN": CQ["ACTB"]}), *wells({"GAPDH": (9.0,) * 4}, task="standard")]
    omitted = wells({"GAPDH": (40.0,) * 4}, flag="omitted", reading=2)
    found = rows_of(computed([*wells({"GAPDH": CQ["GAPDH"]}), *extra, *omitted], study("GAPDH")))
    assert list(found) == ["GAPDH"]
    assert found["GAPDH"]["max_shift_cq"] == pytest.approx(0.1)


def test_a_study_without_reference_wells_has_no_part() -> None:
    frame = pl.DataFrame({"sample_id": ["C1"], "task": ["unknown"], "target": ["ACAN"]})
    assert ANALYSIS.parts(study("GAPDH"), {WELLS: frame, SAMPLES: SAMPLE_ROWS}) == []


def test_nothing_amplified_gives_no_rows() -> None:
    done = computed(wells({"GAPDH": (None,) * 4}), study("GAPDH"))
    assert done.frames[TABLE].is_empty()
    assert done.problems == ()
