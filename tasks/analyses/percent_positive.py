"""Percent positive cells of cultures: β-gal senescence and other counted stains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.study import Study
from schemas.tables.percent_positive import PercentPositive
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.culture_values import experiment_parts
from tasks.methods.positive_cells import few_cells, positive_cells
from tasks.methods.result_frames import result_frame

COUNTS, SAMPLES, TABLE = "core.cell_counts", "core.samples", "result.percent_positive"
ASSAY = "senescence"


def parts(_: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment."""
    return experiment_parts(COUNTS, slices, {"assay": (ASSAY,)})


def run(_: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Sum the fields of every culture; warn of cultures with few cells."""
    counts = frames[COUNTS].sort("object_id", "plate", "field")
    found = positive_cells(counts, frames[SAMPLES])
    return Computed(
        {TABLE: result_frame(found, PercentPositive)}, tuple(few_cells(found.filter(pl.col("field_count") > 0)))
    )


def measure(rows: pl.DataFrame, _: Mapping[str, Any]) -> pl.DataFrame:
    """Percent positive of each culture; fields are technical."""
    return rows.with_columns(
        measure=pl.lit("percent_positive"),
        target=pl.col("stain"),
        block_id=pl.lit(None, pl.String),
        value=pl.col("percent_positive"),
        scale=pl.lit("raw"),
        unit=pl.lit("%"),
        technical_n=pl.col("field_count"),
        technical_sd=pl.col("sd_fields"),
    )


ANALYSIS = Analysis(
    name="percent_positive",
    reads={COUNTS: ("assay", "sample_id"), SAMPLES: ("sample_id", "experiment")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay=ASSAY, table=TABLE, measure=measure),
)
