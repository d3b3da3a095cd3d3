"""Where on a plate a culture sits, and in which order wells come, changes no measurement and no test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.base import columns, tables
from schemas.bench_options import Condition
from schemas.sheets import FileRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Analysis, analyses

Row = dict[str, Any]
Place = Callable[[], str]
CONDITIONS = ("control", "il1b", "usc")
CULTURES = [(f"{c}{i}", c, i) for c in CONDITIONS for i in (1, 2, 3)]
PLATE = [f"{row}{column:02d}" for row in "ABCDEFGH" for column in range(1, 13)]
SAMPLES = pl.DataFrame(
    [(s, c, f"d{i}", "main", False) for s, c, i in CULTURES],
    schema=["sample_id", "condition", "donor_id", "experiment", "is_excluded"],
    orient="row",
)
OBJECTS = pl.DataFrame({"object_id": ["f1"], "file_name": ["landing/plate.csv"], "status": ["loaded"]})


def study() -> Study:
    config = StudyYaml(study_id="s", conditions=[Condition(id=c) for c in CONDITIONS])
    samples = tuple(SampleRow(sample=s, condition=c, donor=f"d{i}", experiment="main") for s, c, i in CULTURES)
    files = (FileRow(file="landing/plate.csv", assay="cell_viability", layout="plate96"),)
    return Study(config=config, samples=samples, files=files)


def plate_wells(values: list[float], place: Place) -> list[Row]:
    """Three wells of every culture and four blanks of a CCK-8 plate."""
    contents: list[tuple[str | None, float]] = [
        (s, v) for i, (s, *_) in enumerate(CULTURES) for v in values[3 * i : 3 * i + 3]
    ]
    contents += [(None, 0.08 + 0.01 * i) for i in range(4)]
    about = {"object_id": "f1", "plate": "P1", "plate_is_explicit": False, "assay": "cell_viability", "unit": "OD"}
    about |= {"measure": "450", "wavelength_nm": 450.0, "time_h": 24.0}
    return [
        about | {"well": place(), "sample_id": s, "role": "sample" if s else "blank", "value": v} for s, v in contents
    ]


def qpcr_wells(values: list[float], place: Place) -> list[Row]:
    """Three wells of a gene and two of the reference gene for every culture."""
    contents = [(s, "ACAN", 20 + v) for i, (s, *_) in enumerate(CULTURES) for v in values[3 * i : 3 * i + 3]]
    contents += [(s, "GAPDH", 17 + 0.1 * i) for i, (s, *_) in enumerate(CULTURES) for _ in range(2)]
    about = {"object_id": "f1", "plate": "P1", "plate_is_explicit": False, "reading": 1, "task": "unknown"}
    return [about | {"well": place(), "sample_id": s, "target": t, "cq": cq} for s, t, cq in contents]


def frame(table: str, rows: list[Row]) -> pl.DataFrame:
    schema = {c.name: c.dtype for c in columns(tables()[table])}
    found = pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
    return found.with_columns(is_excluded=pl.lit(value=False))


def ran(analysis: Analysis, frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The analysis's tables over all parts that read what there is."""
    given_frames = {
        t: frames.get(t, frame(t, []) if t.startswith(("core.", "result.")) else pl.DataFrame()) for t in analysis.reads
    }
    slices = {t: given_frames[t].select(names).unique() for t, names in analysis.reads.items() if names}
    if "core.raw_objects" in slices:
        slices["core.raw_objects"] = OBJECTS
    found: dict[str, list[pl.DataFrame]] = {}
    for part in analysis.parts(study(), slices):
        if part.skip:
            continue
        kept = {t: f for t, f in given_frames.items() if part.tables is None or t in part.tables}
        for table, where in part.where.items():
            for column, values in where.items():
                kept[table] = kept[table].filter(pl.col(column).is_in(list(values), nulls_equal=True))
        for table, rows in analysis.run(part, kept).frames.items():
            found.setdefault(table, []).append(rows)
    return {table: pl.concat(rows) for table, rows in found.items()}


def results(kind: str, rows: list[Row]) -> dict[str, pl.DataFrame]:
    table = "core.plate_wells" if kind == "viability" else "core.qpcr_wells"
    frames = {table: frame(table, rows), "core.samples": SAMPLES, "core.raw_objects": OBJECTS}
    frames |= ran(analyses()[kind], frames)
    found = ran(analyses()["measurements"], frames)
    found |= ran(analyses()["group_tests"], found)
    return found


@pytest.mark.parametrize("kind", ["viability", "qpcr_fold_changes"])
@given(
    st.lists(st.integers(100, 900).map(lambda x: x / 500), min_size=27, max_size=27),
    st.randoms(use_true_random=False),
)
@settings(deadline=None, max_examples=5)
def test_wells_anywhere_and_in_any_order_give_the_same_measurements_and_tests(
    kind: str,
    values: list[float],
    random: Any,  # noqa: ANN401 - Random of the strategy
) -> None:
    make = plate_wells if kind == "viability" else qpcr_wells
    moved = list(PLATE)
    random.shuffle(moved)
    first, second = make(values, iter(PLATE).__next__), make(values, iter(moved).__next__)
    random.shuffle(second)
    before, after = results(kind, first), results(kind, second)
    assert before["result.measurements"].height == len(CULTURES)
    assert before["result.pairwise_tests"].height >= 3
    for table, rows in before.items():
        keys = [c for c in rows.columns if rows[c].dtype != pl.Float64]
        assert_frame_equal(rows.sort(keys), after[table].sort(keys), rel_tol=1e-9, abs_tol=1e-9)
