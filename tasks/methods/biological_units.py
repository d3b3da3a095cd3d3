"""From measurements of cultures to the units that n counts, and their summaries."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

FAMILY = ("measure", "target", "scale", "time_h")
MIN_DONORS = 2


def with_unit(measurements: pl.DataFrame) -> pl.DataFrame:
    """Add ``n_unit`` and ``unit``: what n counts in the row's family, and the row's unit.

    ``measurements``: ``Measurement`` rows of one assay and experiment. A family's unit is the donor
    where every condition has two donors or more; it is the culture where a condition has one donor
    (a cell line) or donors are not stated. The whole family decides, excluded and null rows
    included, so that losing a value does not change what n means.
    """
    donors = pl.col("donor_id").n_unique().over(*FAMILY, "condition")
    has_donors = (donors >= MIN_DONORS).all().over(FAMILY) & (pl.col("donor_id") != "").all().over(FAMILY)
    return measurements.with_columns(
        n_unit=pl.when(has_donors).then(pl.lit("donor")).otherwise(pl.lit("culture")),
        unit=pl.when(has_donors).then("donor_id").otherwise("sample_id"),
    )


def biological_units(rows: pl.DataFrame) -> pl.DataFrame:
    """One value per unit: the mean over a culture's rows, then over a donor's cultures.

    ``rows``: from ``with_unit``; excluded and null rows are left out. ``block`` names the plates or
    membranes the unit was measured on: units with equal blocks can be compared without adjusting.
    ``culture_count`` is the number of cultures averaged.
    """
    is_used = ~pl.col("is_excluded") & pl.col("value").is_finite().fill_null(value=False)
    keys = (*FAMILY, "n_unit", "condition", "donor_id", "unit")
    cultures = (
        rows.filter(is_used)
        .group_by(*keys, "sample_id")
        .agg(
            pl.col("value").sort_by("block_id").mean(),
            pl.col("block_id").fill_null("").unique().sort().str.join("+").alias("block"),
        )
    )
    return (
        cultures.group_by(keys)
        .agg(
            pl.col("value").sort_by("sample_id").mean(),
            pl.col("block").unique().sort().str.join("+"),
            pl.len().cast(pl.Int64).alias("culture_count"),
        )
        .sort(*FAMILY, "condition", "unit")
    )


def group_summaries(rows: pl.DataFrame, units: pl.DataFrame, conditions: Sequence[str]) -> pl.DataFrame:
    """n, mean, SD, SEM, median and geometric mean of every family and condition.

    A condition without a value has n = 0 and the measurements' own reason, ``excluded``, or
    ``missing_group`` where nothing was measured. ``geometric_mean`` is 2^mean on the log2 scale.
    """
    value, n = pl.col("value"), pl.len().cast(pl.Int64)
    by = (*FAMILY, "condition")
    found = units.group_by(by).agg(
        n.alias("n"),
        value.mean().alias("mean"),
        value.std().alias("sd"),
        (value.std() / pl.len().sqrt()).alias("sem"),
        value.median().alias("median"),
    )
    lost = (
        rows.group_by(*by, "unit")
        .agg(pl.col("is_excluded").all(), pl.col("na_reason").drop_nulls().first())
        .group_by(by)
        .agg(
            pl.col("is_excluded").sum().cast(pl.Int64).alias("excluded_count"),
            pl.col("na_reason").drop_nulls().unique().sort().str.join("; ").alias("reasons"),
        )
    )
    every = rows.select(*FAMILY, "n_unit").unique().join(pl.DataFrame({"condition": list(conditions)}), how="cross")
    reason = (
        pl.when(pl.col("n") > 0)
        .then(None)
        .when(pl.col("reasons") != "")
        .then("reasons")
        .when(pl.col("excluded_count") > 0)
        .then(pl.lit("excluded"))
        .otherwise(pl.lit("missing_group"))
    )
    return (
        every.join(found, on=by, how="left", nulls_equal=True)
        .join(lost, on=by, how="left", nulls_equal=True)
        .with_columns(pl.col("n", "excluded_count").fill_null(0))
        .with_columns(
            na_reason=reason,
            geometric_mean=pl.when(pl.col("scale") == "log2").then((pl.col("mean") * pl.lit(2.0).log()).exp()),
        )
    )
