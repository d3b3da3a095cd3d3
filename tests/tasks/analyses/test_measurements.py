from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.base import columns, tables
from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.analyses import measurements
from tasks.contracts import Analysis, analyses

Row = dict[str, Any]
STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="control"), Condition(id="il1b")]),
    samples=(SampleRow(sample="c1", condition="control"),),
)
SAMPLES = pl.DataFrame(
    [
        {"sample_id": f"{c}{i}", "condition": c, "donor_id": f"d{i}", "experiment": "main", "is_excluded": False}
        for c in ("control", "il1b")
        for i in (1, 2)
    ]
)


def frame(table: str, rows: list[Row]) -> pl.DataFrame:
    schema = {c.name: c.dtype for c in columns(tables()[table])}
    return pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)


def analysis() -> Analysis:
    return analyses()["measurements"]


def measured(table: str, rows: list[Row]) -> list[Row]:
    given = {t: frame(t, rows if t == table else []) for t in analysis().reads if t.startswith("result.")}
    slices = {t: f.select("experiment").unique() for t, f in given.items()}
    (part,) = analysis().parts(STUDY, slices | {"core.samples": SAMPLES.select("experiment").unique()})
    assert part.tables == (table, "core.samples")
    done = analysis().run(part, {table: given[table], "core.samples": SAMPLES})
    return done.frames["result.measurements"].to_dicts()


def test_every_feeding_table_is_read_without_being_listed() -> None:
    assert measurements.ANALYSIS.reads.keys() == {"core.samples"}
    feeding = {a.feeds.table for a in analyses().values() if a.feeds}
    assert analysis().reads.keys() == {"core.samples", *feeding}
    assert {"result.qpcr_fold_changes", "result.viability", "result.protein", "result.particle_size"} <= feeding
    order = list(analyses())
    assert order.index("qpcr_fold_changes") < order.index("measurements") < order.index("group_tests")


def test_qpcr_is_measured_as_minus_delta_cq_without_the_reference_genes() -> None:
    row = {"experiment": "main", "reference_targets": "GAPDH;ACTB", "technical_n": 3, "is_excluded": False}
    rows = measured(
        "result.qpcr_fold_changes",
        [
            row | {"sample_id": "control1", "target": "ACAN", "delta_cq": 7.5, "na_reason": "no_calibrator"},
            row | {"sample_id": "il1b1", "target": "ACAN", "na_reason": "undetermined"},
            row | {"sample_id": "il1b1", "target": "ACTB", "delta_cq": 0.1},
        ],
    )
    assert [(r["sample_id"], r["condition"], r["donor_id"], r["value"], r["na_reason"]) for r in rows] == [
        ("control1", "control", "d1", -7.5, None),
        ("il1b1", "il1b", "d1", None, "undetermined"),
    ]
    assert {(r["assay"], r["measure"], r["scale"]) for r in rows} == {("qpcr", "expression", "log2")}


@pytest.mark.parametrize(
    ("plates", "blocks"),
    [
        ([("f1", "P1"), ("f1", "P1")], [None, None]),
        ([("f1", "P1"), ("f2", "P2")], ["P1", "P2"]),
        ([("f1", "Plate 1"), ("f2", "Plate 1")], ["f1/Plate 1", "f2/Plate 1"]),
    ],
)
def test_viability_is_measured_as_blanked_od_with_several_plates_as_blocks(
    plates: list[tuple[str, str]], blocks: list[str | None]
) -> None:
    rows = measured(
        "result.viability",
        [
            {"experiment": "main", "object_id": o, "plate": p, "sample_id": s, "time_h": 24.0, "mean_od": 1.1}
            | {"blank_od": 0.1, "well_count": 3, "is_excluded": False, "na_reason": "no_reference_on_plate"}
            for s, (o, p) in zip(("control1", "il1b1"), plates, strict=True)
        ],
    )
    assert [r["value"] for r in rows] == pytest.approx([1.0, 1.0])
    assert [r["block_id"] for r in rows] == blocks
    assert [r["na_reason"] for r in rows] == [None, None]


@pytest.mark.parametrize(
    ("names", "blocks"),
    [
        (["24h", "72h"], ["24h", "72h"]),  # plates of their own
        (["P1", "P1"], ["P1", "P1"]),  # one plate read twice, a file each
    ],
)
def test_plates_of_viability_are_told_apart_over_times(names: list[str], blocks: list[str]) -> None:
    common = {"experiment": "main", "sample_id": "control1", "mean_od": 1.1, "blank_od": 0.1, "well_count": 3}
    rows = measured(
        "result.viability",
        [
            common | {"object_id": f"file{t}", "plate": p, "time_h": t, "is_excluded": False, "na_reason": None}
            for p, t in zip(names, (24.0, 72.0), strict=True)
        ],
    )
    assert [r["block_id"] for r in sorted(rows, key=lambda r: r["time_h"])] == blocks
