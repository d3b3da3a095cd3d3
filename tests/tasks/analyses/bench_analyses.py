"""Runs a bench analysis on rows of its core table, as the engine would."""

from __future__ import annotations

from typing import Any

import polars as pl

from schemas.base import columns, tables
from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Analysis, Computed

Row = dict[str, Any]
SAMPLES = pl.DataFrame(
    [
        {"sample_id": s, "condition": c, "donor_id": "D1", "experiment": e, "is_excluded": s == "X1"}
        for s, c, e in (("C1", "control", "a"), ("T1", "il1b", "a"), ("X1", "il1b", "a"), ("C2", "control", "b"))
    ]
)
STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="control"), Condition(id="il1b")]),
    samples=(SampleRow(sample="C1", condition="control"),),
)


def core(table: str, rows: list[Row]) -> pl.DataFrame:
    schema = {c.name: c.dtype for c in columns(tables()[table])}
    frame = pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
    return frame.with_columns(is_excluded=pl.Series([bool(r.get("is_excluded")) for r in rows], dtype=pl.Boolean))


def computed(analysis: Analysis, rows: list[Row]) -> dict[str, Computed]:
    """What each part gives, by its key."""
    (table,) = [t for t in analysis.reads if t != "core.samples"]
    frame = core(table, rows)
    slices = {
        table: frame.select(analysis.reads[table]).unique(),
        "core.samples": SAMPLES.select(analysis.reads["core.samples"]),
    }
    found = {}
    for part in analysis.parts(STUDY, slices):
        frames = {table: frame, "core.samples": SAMPLES}
        for name, where in part.where.items():
            for column, values in where.items():
                frames[name] = frames[name].filter(pl.col(column).is_in(list(values), nulls_equal=True))
        found[part.key] = analysis.run(part, frames)
    return found


def measured(analysis: Analysis, done: Computed) -> list[Row]:
    """The feed's measurements of a part."""
    assert analysis.feeds
    rows = done.frames[analysis.feeds.table].join(
        SAMPLES.select("sample_id", "condition", "donor_id"), on="sample_id", how="left"
    )
    found: list[Row] = analysis.feeds.measure(rows, {}).to_dicts()
    return found
