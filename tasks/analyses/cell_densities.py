"""Cells per mL, viability and positive cells of cultures from cell counters."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.study import Study
from schemas.tables.cell_densities import CellDensity
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.culture_values import Quantity, as_measurements, culture_values, experiment_parts
from tasks.methods.positive_cells import BY, few_cells, positive_cells
from tasks.methods.result_frames import result_frame

COUNTS, SAMPLES, TABLE = "core.cell_counts", "core.samples", "result.cell_densities"
ASSAY = "cell_counts"
QUANTITIES = (
    Quantity("concentration_per_ml", "concentration", "log2", "1/mL"),
    Quantity("viable_concentration_per_ml", "viable_concentration", "log2", "1/mL"),
    Quantity("percent_viable", "percent_viable", "raw", "%"),
    Quantity("diameter_um", "diameter", "raw", "µm"),
)


def parts(_: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment."""
    return experiment_parts(COUNTS, slices, {"assay": (ASSAY,)})


def run(_: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Average a culture's readings, densities as log2; where cells were told apart, sum its fields.

    Warns of cultures whose living or positive cells are a share of few cells.
    """
    counts = frames[COUNTS].sort("object_id", "plate", "field")
    values = culture_values(counts.with_columns(target=pl.lit("")), frames[SAMPLES], QUANTITIES)
    told_apart = counts.filter(pl.col("positive_count").is_not_null().any().over("sample_id"))
    found = positive_cells(told_apart, frames[SAMPLES])
    positive = found.select(
        "sample_id",
        pl.col("stain").alias("target"),
        "time_h",
        "experiment",
        pl.col("percent_positive").alias("value"),
        pl.col("sd_fields").alias("technical_sd"),
        pl.col("field_count").alias("technical_n"),
        "is_excluded",
        "na_reason",
        pl.lit("percent_positive").alias("measure"),
        pl.lit("raw").alias("scale"),
        pl.lit("%").alias("unit"),
    )
    rows = pl.concat([values, positive.select(values.columns)])
    shares = counts.filter(pl.col("total_count").is_not_null() & ~pl.col("is_excluded"))
    shares = shares.filter(pl.any_horizontal(pl.col("positive_count", "viable_count", "percent_viable").is_not_null()))
    totals = shares.group_by(BY, maintain_order=True).agg(pl.col("total_count").sum())
    return Computed({TABLE: result_frame(rows, CellDensity)}, tuple(few_cells(totals)))


ANALYSIS = Analysis(
    name="cell_densities",
    reads={COUNTS: ("assay", "sample_id"), SAMPLES: ("sample_id", "experiment")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay=ASSAY, table=TABLE, measure=as_measurements),
)
