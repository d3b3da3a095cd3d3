"""Quality of cultures' RNA and DNA: RIN, absorbance ratios, concentration."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.study import Study
from schemas.tables.nucleic_acid_quality import NucleicAcidQuality
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.culture_values import Quantity, as_measurements, culture_values, experiment_parts
from tasks.methods.result_frames import result_frame

READINGS, SAMPLES, TABLE = "core.nucleic_acid_qc", "core.samples", "result.nucleic_acid_quality"
QUANTITIES = (
    Quantity("rin", "rin", "raw", "RIN"),
    Quantity("ratio_260_280", "ratio_260_280", "raw", "ratio"),
    Quantity("ratio_260_230", "ratio_260_230", "raw", "ratio"),
    Quantity("concentration_ng_per_ul", "concentration", "log2", "ng/µL", "concentration_reason"),
)


def parts(_: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment; ladders and materials belong to none."""
    return experiment_parts(READINGS, slices, {"role": ("sample",)})


def run(_: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Average the readings of each culture and nucleic acid (the target); concentrations as log2."""
    readings = frames[READINGS].with_columns(
        target=pl.col("nucleic_acid").fill_null(""),
        concentration_reason=pl.when(pl.col("flag").fill_null("").str.contains("no_concentration")).then(
            pl.lit("no_concentration")
        ),
    )
    values = culture_values(readings.sort("object_id", "reading"), frames[SAMPLES], QUANTITIES)
    return Computed({TABLE: result_frame(values, NucleicAcidQuality)})


ANALYSIS = Analysis(
    name="nucleic_acid_quality",
    reads={READINGS: ("role", "sample_id"), SAMPLES: ("sample_id", "experiment")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay="nucleic_acid_qc", table=TABLE, measure=as_measurements),
)
