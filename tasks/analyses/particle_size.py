"""Particle size and concentration of cultures, averaged over captures."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.study import Study
from schemas.tables.particle_size import ParticleSize
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.culture_values import Quantity, as_measurements, culture_values, experiment_parts
from tasks.methods.result_frames import result_frame

CAPTURES, SAMPLES, TABLE = "core.particle_summaries", "core.samples", "result.particle_size"
QUANTITIES = (
    Quantity("mean_nm", "mean_size", "raw", "nm", "size_reason"),
    Quantity("mode_nm", "mode_size", "raw", "nm", "size_reason"),
    Quantity("d50_nm", "median_size", "raw", "nm", "size_reason"),
    Quantity("total_concentration_per_ml", "concentration", "log2", "1/mL", "concentration_reason"),
)


def parts(_: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment; files of materials belong to none."""
    return experiment_parts(CAPTURES, slices, {"is_pooled": (False,)})


def run(_: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Average the captures of each culture: sizes in nm, concentration as log2.

    A capture without a known dilution has sizes and no concentration; it says so (``dilution_missing``, …).
    """
    reason = pl.col("flag").str.extract(r"(dilution_[a-z_]+)")
    captures = frames[CAPTURES].with_columns(
        target=pl.lit(""),
        size_reason=pl.when(pl.col("mean_nm").is_null()).then(pl.lit("empty_capture")),
        concentration_reason=pl.when(pl.col("total_concentration_per_ml").is_null()).then(reason),
    )
    captures = captures.sort("object_id", "capture")
    return Computed({TABLE: result_frame(culture_values(captures, frames[SAMPLES], QUANTITIES), ParticleSize)})


ANALYSIS = Analysis(
    name="particle_size",
    reads={CAPTURES: ("is_pooled", "sample_id"), SAMPLES: ("sample_id", "experiment")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay="particle_size", table=TABLE, measure=as_measurements),
)
