"""Measurements: every assay's result table as rows of one shape, the one input to every group test."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.study import Study
from schemas.tables.measurements import Measurement
from tasks.contracts import Analysis, Computed, Feed, Part, analyses
from tasks.methods.result_frames import result_frame

SAMPLES, TABLE = "core.samples", "result.measurements"


def _feeds() -> dict[str, Feed]:
    return {name: item.feeds for name, item in analyses().items() if item.feeds}


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per feeding analysis and experiment."""
    return [
        Part(
            key=f"{feed.assay}, {name}, {experiment}",
            where={feed.table: {"experiment": (experiment,)}, SAMPLES: {"experiment": (experiment,)}},
            parameters={"feed": name, "options": dict(feed.parameters(study))},
            tables=(feed.table, SAMPLES),
        )
        for name, feed in sorted(_feeds().items())
        for experiment in sorted(slices[feed.table]["experiment"].unique())
    ]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Turn the feeding table's rows into measurements; rows stay per culture, donors are averaged in the tests."""
    feed = _feeds()[part.parameters["feed"]]
    samples = frames[SAMPLES].select("sample_id", "condition", "donor_id")
    rows = feed.measure(frames[feed.table].join(samples, on="sample_id"), part.parameters["options"])
    return Computed({TABLE: result_frame(rows.with_columns(assay=pl.lit(feed.assay)), Measurement)})


ANALYSIS = Analysis(
    name="measurements",
    reads={SAMPLES: ("experiment",)},
    writes=(TABLE,),
    parts=parts,
    run=run,
    feed_slices=("experiment",),
)
