"""Runs an analysis of flow cytometry on files as the engine would: parsed, sliced, parted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from schemas.base import columns, tables
from schemas.bench_options import Condition, Flow
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Analysis, Computed, Context, RawFile
from tasks.methods.flow_runs import ACQUISITIONS, COMPENSATIONS, EVENTS
from tasks.parsers.fcs import PARSER

Frames = dict[str, pl.DataFrame]


def study(**flow: Any) -> Study:  # noqa: ANN401 -- any key of the section flow
    config = StudyYaml(study_id="s", conditions=[Condition(id="control")], flow=Flow(**flow))
    return Study(config=config, samples=(SampleRow(sample="C1", condition="control"),))


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = {c.name: c.dtype for c in columns(tables()[table])}
    return pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)


def parsed(path: Path, *, object_id: str, **row: Any) -> Frames:  # noqa: ANN401 -- any column of core.flow_samples
    """What is read of one file, with what files.csv would add."""
    found = PARSER.parse(RawFile.read(path), Context(study()))
    own = {"object_id": object_id, "sample_id": object_id, **row}
    rows = [r | own for r in found.frames[ACQUISITIONS].to_dicts()]
    matrices = [r | {"source": "keyword", "compensation": r["spillover_source"]} for r in rows if r["spillover"]]
    return {
        ACQUISITIONS: frame(ACQUISITIONS, rows).with_columns(is_excluded=pl.lit(value=False)),
        EVENTS: found.derived["flow_events"].with_columns(object_id=pl.lit(object_id)),
        COMPENSATIONS: frame(COMPENSATIONS, matrices),
    }


def together(*found: Frames) -> Frames:
    return {table: pl.concat([f[table] for f in found], how="diagonal_relaxed") for table in found[0]}


def computed(analysis: Analysis, frames: Mapping[str, pl.DataFrame], of: Study) -> dict[str, Computed]:
    """What each part gives, by its key."""
    named = dict.fromkeys(("object_id", "file_name", "status"), pl.String)
    objects = {"core.raw_objects": pl.DataFrame(schema=named)}
    frames = objects | dict(frames)
    slices = {
        table: frames[table].select(names) if names and table != "core.raw_objects" else frames[table]
        for table, names in analysis.reads.items()
    }
    found = {}
    for part in analysis.parts(of, slices):
        if part.skip:
            continue
        kept = dict(frames)
        for table, where in part.where.items():
            for column, values in where.items():
                kept[table] = kept[table].filter(pl.col(column).is_in(list(values), nulls_equal=True))
        found[part.key] = analysis.run(part, kept)
    return found
