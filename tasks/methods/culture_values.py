"""From technical readings of cultures to one value per culture, on the scale that tests run on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.vocabulary import Scale
from tasks.contracts import Part

SAMPLES = "core.samples"
BY = ("sample_id", "target", "time_h")


@dataclass(frozen=True)
class Quantity:
    """A column of readings that becomes a measure; ``reason`` names the column that explains its nulls."""

    column: str
    measure: str
    scale: Scale
    unit: str
    reason: str | None = None


def experiment_parts(
    table: str, slices: Mapping[str, pl.DataFrame], where: Mapping[str, tuple[Any, ...]]
) -> list[Part]:
    """One part per experiment with readings in ``table`` (its slice has ``sample_id``); materials are in none."""
    read = slices[table]
    for column, values in where.items():
        read = read.filter(pl.col(column).is_in(list(values)))
    known = read.join(slices[SAMPLES].select("sample_id", "experiment").unique(), on="sample_id", how="inner")
    found = []
    for (experiment,), rows in sorted(known.group_by("experiment")):
        samples = tuple(sorted(rows["sample_id"].unique()))
        found.append(Part(str(experiment), {table: {**where, "sample_id": samples}, SAMPLES: {"sample_id": samples}}))
    return found


def with_exclusions(readings: pl.DataFrame, samples: pl.DataFrame, by: Sequence[str] = BY) -> pl.DataFrame:
    """Readings of known cultures, without the excluded ones unless all of a group are excluded.

    ``readings``: core rows with ``sample_id`` and ``is_excluded`` (the file is excluded); ``samples``: ``core.samples``
    with ``is_excluded``. Adds ``experiment``; ``is_excluded`` becomes that of the whole group: such a culture is still
    computed, and marked.
    """
    known = samples.select("sample_id", "experiment", pl.col("is_excluded").alias("_is_sample_excluded"))
    return (
        readings.join(known, on="sample_id", how="inner", maintain_order="left")
        .with_columns(_all=pl.col("is_excluded").all().over(by))
        .filter(~pl.col("is_excluded") | pl.col("_all"))
        .with_columns(is_excluded=pl.col("_all") | pl.col("_is_sample_excluded"))
        .drop("_all", "_is_sample_excluded")
    )


def culture_values(readings: pl.DataFrame, samples: pl.DataFrame, quantities: Sequence[Quantity]) -> pl.DataFrame:
    """Mean, SD and number of each culture's readings, per quantity, target and time.

    ``readings``: rows with ``sample_id, target, time_h, is_excluded`` and the quantities' columns; log2 quantities are
    averaged as logarithms (values <= 0 have none: ``not_positive``). A quantity of which a culture has neither value
    nor reason gives no row. Rows have the columns of ``CultureValue`` without ``study_id`` and ``run_id``.
    """
    kept = with_exclusions(readings, samples)
    found = [_one(kept, quantity) for quantity in quantities]
    return pl.concat(found).sort("experiment", "measure", *BY, nulls_last=True)


def _one(kept: pl.DataFrame, quantity: Quantity) -> pl.DataFrame:
    printed = pl.col(quantity.column).cast(pl.Float64)
    value = pl.when(printed > 0).then(printed.log(2)) if quantity.scale == "log2" else printed
    given = pl.col(quantity.reason) if quantity.reason else pl.lit(None, pl.String)
    reason = pl.when(printed.is_null()).then(given).when(value.is_null()).then(pl.lit("not_positive"))
    return (
        kept.with_columns(_value=value, _reason=reason)
        .group_by(*BY, maintain_order=True)
        .agg(
            pl.col("experiment").first(),
            pl.col("_value").mean().alias("value"),
            pl.col("_value").std().alias("technical_sd"),
            pl.col("_value").count().cast(pl.Int64).alias("technical_n"),
            pl.col("is_excluded").first(),
            pl.col("_reason").drop_nulls().first().alias("na_reason"),
        )
        .filter(pl.col("value").is_not_null() | pl.col("na_reason").is_not_null())
        .with_columns(
            na_reason=pl.when(pl.col("value").is_null()).then(pl.col("na_reason")),
            measure=pl.lit(quantity.measure),
            scale=pl.lit(quantity.scale),
            unit=pl.lit(quantity.unit),
        )
    )


def as_measurements(rows: pl.DataFrame, _: Mapping[str, Any]) -> pl.DataFrame:
    """Rows of a ``CultureValue`` table as measurements; no block."""
    return rows.with_columns(block_id=pl.lit(None, pl.String))
