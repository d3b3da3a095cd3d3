"""Viability of cultures from plate-reader wells: blanked OD against the reference condition."""

from __future__ import annotations

from typing import Literal

import polars as pl

MAX_OD = 3.0  # above it absorbance readers are no longer linear
MAX_LOST_SHARE = 1 / 3
LOST_FLAGS = r"overflow|missed|over_range"
READ = ("object_id", "plate", "time_h")
IS_LOST = (
    pl.col("value").is_null()
    | ((pl.col("unit") == "OD") & (pl.col("value") > MAX_OD))
    | pl.col("flag").fill_null("").str.contains(LOST_FLAGS)
)


def viability(
    wells: pl.DataFrame,
    *,
    reference: str,
    scope: Literal["plate", "experiment"] = "plate",
    time: Literal["same", "first"] = "same",
) -> pl.DataFrame:
    """Percent viability = (OD - plate blank) / (mean reference OD - plate blank) x 100.

    ``wells``: ``PlateWell`` rows at one wavelength joined to their sample's ``condition`` (null for
    blanks), with ``is_excluded`` and ``is_sample_excluded``. Wells flagged overflow, missed or
    over_range, or above 3 where the unit is OD, are left out and counted; a culture that lost more than a third
    of its wells is null. Blanks flagged ``blank_not_blank`` are not used. A blank that names
    samples or conditions (``blank_for``) is theirs, the others serve the whole plate. Excluded
    wells are dropped; a culture whose wells are all excluded is still computed, and marked.

    The reference is the mean over the reference condition's cultures (each the mean of its wells)
    that are not excluded: on the same plate, or with ``scope = "experiment"`` over all plates given;
    at the same time, or with ``time = "first"`` at the first time it was read.

    One row per (object, plate, culture, time): ``unit, mean_od, sd_od, blank_od, reference_od,
    percent_viability, well_count, lost_count, is_excluded, na_reason``: ``too_many_wells_lost``,
    ``no_blank_on_plate``, ``blank_not_blank``, ``no_reference_on_plate`` (``no_reference_in_experiment``),
    ``reference_not_above_blank``.
    """
    wells = wells.with_columns(is_lost=IS_LOST)
    cultures = _with_blank(_cultures(wells), wells)
    compared = _with_reference(cultures, reference=reference, scope=scope, time=time)
    blanked, reference_blanked = pl.col("mean_od") - pl.col("blank_od"), pl.col("reference_blanked")
    no_reference = "no_reference_on_plate" if scope == "plate" else "no_reference_in_experiment"
    reason = (
        pl.when(pl.col("mean_od").is_null())
        .then(pl.lit("too_many_wells_lost"))
        .when(pl.col("blank_od").is_null() & pl.col("has_blank"))
        .then(pl.lit("blank_not_blank"))
        .when(pl.col("blank_od").is_null())
        .then(pl.lit("no_blank_on_plate"))
        .when(reference_blanked.is_null())
        .then(pl.lit(no_reference))
        .when(reference_blanked <= 0)
        .then(pl.lit("reference_not_above_blank"))
    )
    return compared.with_columns(
        na_reason=reason, percent_viability=pl.when(reason.is_null()).then(100 * blanked / reference_blanked)
    ).sort(*READ, "sample_id")


def _cultures(wells: pl.DataFrame) -> pl.DataFrame:
    by = (*READ, "sample_id")
    kept = (
        wells.filter(
            pl.col("condition").is_not_null() & (pl.col("role").is_null() | pl.col("role").is_in(["sample", "control"]))
        )
        .with_columns(all_excluded=pl.col("is_excluded").all().over(by))
        .filter(~pl.col("is_excluded") | pl.col("all_excluded"))
    )
    od = pl.col("value").filter(~pl.col("is_lost"))
    is_enough = pl.col("is_lost").mean() <= MAX_LOST_SHARE
    return kept.group_by(by, maintain_order=True).agg(
        pl.col("condition").first(),
        pl.col("plate_is_explicit").first(),
        pl.col("unit").first(),
        pl.when(is_enough).then(od.mean()).alias("mean_od"),
        pl.when(is_enough).then(od.std()).alias("sd_od"),
        od.len().cast(pl.Int64).alias("well_count"),
        pl.col("is_lost").sum().cast(pl.Int64).alias("lost_count"),
        (pl.col("all_excluded").first() | pl.col("is_sample_excluded").any()).alias("is_excluded"),
    )


def _with_blank(cultures: pl.DataFrame, wells: pl.DataFrame) -> pl.DataFrame:
    """Add each culture's blank: its own (by sample or condition) before the plate's."""
    blanks = wells.filter((pl.col("role") == "blank") & ~pl.col("is_excluded")).with_columns(
        is_usable=~pl.col("is_lost") & ~pl.col("flag").fill_null("").str.contains("blank_not_blank"),
        owner=pl.col("blank_for").fill_null("").str.split(";").list.eval(pl.element().str.strip_chars()),
    )
    means = (
        blanks.explode("owner")
        .group_by(*READ, "owner")
        .agg(pl.col("value").filter(pl.col("is_usable")).mean().alias("blank"))
    )
    for column, key in (("own", pl.col("sample_id")), ("group", pl.col("condition")), ("whole", pl.lit(""))):
        cultures = cultures.with_columns(owner=key).join(
            means.rename({"blank": f"{column}_blank"}).with_columns(pl.lit(value=True).alias(f"{column}_has")),
            on=[*READ, "owner"],
            how="left",
            nulls_equal=True,
        )
    return cultures.with_columns(
        blank_od=pl.coalesce("own_blank", "group_blank", "whole_blank"),
        has_blank=pl.coalesce("own_has", "group_has", "whole_has", pl.lit(value=False)),
    )


def _with_reference(cultures: pl.DataFrame, *, reference: str, scope: str, time: str) -> pl.DataFrame:
    """Add the reference's mean OD, raw and blanked."""
    # a plate that a barcode names is the same in another file; without one the file is its own
    plate = (
        pl.when(pl.col("plate_is_explicit")).then("plate").otherwise(pl.concat_str("object_id", "plate", separator="/"))
    )
    cultures = cultures.with_columns(
        pl.lit("").alias("reference_scope") if scope == "experiment" else plate.alias("reference_scope")
    )
    by = ["reference_scope"]
    references = cultures.filter(
        (pl.col("condition") == reference)
        & ~pl.col("is_excluded")
        & (pl.col("mean_od") - pl.col("blank_od")).is_not_null()
    )
    if time == "same":
        by.append("time_h")
    else:
        references = references.filter(
            pl.col("time_h").is_null() | (pl.col("time_h") == pl.col("time_h").min().over("reference_scope"))
        )
    means = references.group_by(by).agg(
        pl.col("mean_od").mean().alias("reference_od"),
        (pl.col("mean_od") - pl.col("blank_od")).mean().alias("reference_blanked"),
    )
    return cultures.join(means, on=by, how="left", nulls_equal=True)
