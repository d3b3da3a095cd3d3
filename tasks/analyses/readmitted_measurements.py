"""Measurements with what exclusions.csv leaves out put back, so that both results can be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from schemas.base import declared
from schemas.errors import BadInputError, Problem, warning
from schemas.study import Study
from schemas.tables.readmitted_measurements import ReadmittedMeasurement
from tasks.contracts import Analysis, Computed, Feed, Part, analyses
from tasks.methods.put_back import LeftOut, changed, left_out, with_words
from tasks.methods.result_frames import result_frame

SAMPLES, OBJECTS, TABLE = "core.samples", "core.raw_objects", "result.readmitted_measurements"
FILLED_BY_RUNNER = ("study_id", "run_id")


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per feeding analysis of which a part reads something that is left out."""
    loaded = slices[OBJECTS].filter(pl.col("status") == "loaded")
    left = left_out(study.exclusions, dict(loaded.select("file_name", "object_id").iter_rows()))
    found = []
    for name, item in sorted(analyses().items()):
        if not left or item.feeds is None:
            continue
        repeated = [
            {"key": p.key, "where": p.where, "parameters": p.parameters, "tables": p.tables or tuple(item.reads)}
            for p in item.parts(study, slices)
            if not p.skip and _is_touched(p, item, slices, left)
        ]
        if repeated:
            parameters = {
                "feed": name,
                "options": dict(item.feeds.parameters(study)),
                "left_out": [asdict(one) for one in left],
                "parts": repeated,
            }
            tables = dict.fromkeys((*(t for p in repeated for t in p["tables"]), item.feeds.table, SAMPLES))
            found.append(Part(f"{item.feeds.assay}, {name}", parameters=parameters, tables=tuple(tables)))
    return found


def _is_touched(part: Part, item: Analysis, slices: Mapping[str, pl.DataFrame], left: Sequence[LeftOut]) -> bool:
    """Whether a part reads an object or a culture that is left out."""
    for table in part.tables or item.reads:
        rows = _matching(slices[table], part.where.get(table, {}))
        for one in left:
            column, value = ("object_id", one.object_id) if one.object_id else ("sample_id", one.sample_id)
            if table != OBJECTS and column in rows.columns and rows.filter(pl.col(column) == value).height:
                return True
    return False


def _matching(frame: pl.DataFrame, where: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    for column, wanted in where.items():
        kept = pl.Series(list(wanted), dtype=frame.schema[column])
        frame = frame.filter(pl.col(column).is_in(kept.implode(), nulls_equal=True))
    return frame


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Repeat the feeding analysis as if nothing were excluded; keep the measurements that this changes."""
    given = part.parameters
    item = analyses()[given["feed"]]
    assert item.feeds is not None
    marked = {t: f.with_columns(is_excluded=pl.lit(value=False)) if "is_excluded" in f.columns else f
              for t, f in frames.items()}  # fmt: skip
    was = frames[item.feeds.table].drop(FILLED_BY_RUNNER, strict=False)
    found, problems = [], []
    for one in given["parts"]:
        own = {t: _matching(marked[t], one["where"].get(t, {})) for t in one["tables"]}
        try:
            result = item.run(Part(one["key"], one["where"], one["parameters"], tables=one["tables"]), own)
        except BadInputError as error:
            problems.append(_not_repeated(item.name, one["key"], error))
        else:
            found.append(result.frames[item.feeds.table])
    if not found or was.is_empty():
        return Computed({TABLE: result_frame([], ReadmittedMeasurement)}, tuple(problems))
    key = [k for k in declared()[item.feeds.table].key if k not in FILLED_BY_RUNNER]
    again = pl.concat(found)
    now = pl.concat([again, was.join(again, on=key, how="anti", nulls_equal=True)], how="diagonal_relaxed")
    samples = frames[SAMPLES].select("sample_id", "condition", "donor_id")
    before, after = (_measured(f.sort(key), samples, item.feeds, given["options"]) for f in (was, now))
    left = [LeftOut(**one) for one in given["left_out"]]
    facts = [f for t, f in frames.items() if t not in (SAMPLES, item.feeds.table)]
    rows = with_words(changed(before, after), facts, left, set(after["target"]))
    return Computed({TABLE: result_frame(rows.with_columns(assay=pl.lit(item.feeds.assay)), ReadmittedMeasurement)},
                    tuple(problems))  # fmt: skip


def _measured(rows: pl.DataFrame, samples: pl.DataFrame, feed: Feed, options: Mapping[str, Any]) -> pl.DataFrame:
    """Measurements of every experiment, as the analysis of that name makes them."""
    return pl.concat(_by_experiment(rows.join(samples, on="sample_id", maintain_order="left"), feed, options))


def _by_experiment(rows: pl.DataFrame, feed: Feed, options: Mapping[str, Any]) -> Iterator[pl.DataFrame]:
    wanted = [c for c in declared()["result.measurements"].model_fields if c not in (*FILLED_BY_RUNNER, "assay")]
    for experiment in rows.partition_by("experiment", maintain_order=True):
        yield feed.measure(experiment, options).select(wanted)


def _not_repeated(analysis: str, key: str, error: BadInputError) -> Problem:
    return warning(
        "exclusions.csv",
        f"{analysis}, {key}",
        "not_shown_with_excluded",
        f"what is left out could not be put back to show both results: {error}",
        "Nothing need be done: the results without it stand.",
    )


ANALYSIS = Analysis(
    name="readmitted_measurements",
    reads={SAMPLES: ("sample_id", "experiment"), OBJECTS: ("object_id", "file_name")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    repeats_feeds=True,
)
