"""Protein levels of cultures from western blots: log2(target / loading) on the same membrane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from schemas.tables.protein import Protein
from tasks.contracts import Analysis, Computed, Feed, Part
from tasks.methods.culture_values import experiment_parts
from tasks.methods.proteins import protein_levels
from tasks.methods.result_frames import result_frame

BANDS, SAMPLES, TABLE = "core.blot_bands", "core.samples", "result.protein"
_LISTED = 4


def parts(_: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per experiment; lanes of materials belong to none."""
    return experiment_parts(BANDS, slices, {})


def run(_: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Compute the level of every target on every membrane of the experiment."""
    bands = frames[BANDS].sort("object_id", "membrane", "lane", "target", "band")
    levels = protein_levels(bands, frames[SAMPLES])
    return Computed({TABLE: result_frame(levels, Protein)}, tuple(_cross_membrane(levels, bands)))


def _cross_membrane(levels: pl.DataFrame, bands: pl.DataFrame) -> Iterator[Problem]:
    """Warn of targets whose loading control was blotted on another membrane."""
    alone = levels.filter(pl.col("na_reason") == "no_loading_on_membrane")
    elsewhere = bands.filter(pl.col("target_role").is_in(["loading", "total_protein"]))
    for (membrane, target), rows in alone.group_by("membrane", "target", maintain_order=True):
        samples = set(rows["sample_id"])
        other = elsewhere.filter(pl.col("sample_id").is_in(sorted(samples)))
        place = f"membrane {membrane}, {target or 'unnamed target'}"
        if other.height:
            names = ", ".join(sorted(set(other["membrane"]))[:_LISTED])
            message = (
                f"the loading control of these lanes is on membrane {names}; loading counts on the same membrane only"
            )
            remedy = "If it is one membrane, write the same `membrane` for both files in files.csv; else re-probe it."
            yield warning("files.csv", place, "cross_membrane_loading", message, remedy, str(membrane))
        else:
            message = "the membrane has no loading control, so its bands cannot be compared between lanes"
            remedy = "Measure GAPDH, actin or total protein of this membrane (target_role loading or total_protein)."
            yield warning("files.csv", place, "no_loading_on_membrane", message, remedy, str(membrane))


def measure(rows: pl.DataFrame, _: Mapping[str, Any]) -> pl.DataFrame:
    """log2(target / loading) of each culture; the membrane is the block."""
    return rows.with_columns(
        measure=pl.lit("protein"),
        block_id=pl.col("membrane"),
        value=pl.col("log2_ratio"),
        scale=pl.lit("log2"),
        unit=pl.lit("target/loading"),
        technical_n=pl.col("lane_count"),
        technical_sd=pl.col("sd_log2"),
    )


ANALYSIS = Analysis(
    name="protein",
    reads={BANDS: ("sample_id",), SAMPLES: ("sample_id", "experiment")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    feeds=Feed(assay="western_blot", table=TABLE, measure=measure),
)
