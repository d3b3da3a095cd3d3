"""Standard curves of qPCR: the line of Cq on log10 quantity, and the efficiency it tells."""

from __future__ import annotations

import polars as pl

FEWEST_LEVELS = 3
LOW_R_SQUARED = 0.98
LEAST_R_SQUARED = 0.9
GOOD_PERCENT = (90.0, 110.0)
MOST_FACTOR = 3.0  # a polymerase doubles; above this the dilutions are wrong
KEY = ("object_id", "plate", "target")


def standard_curves(wells: pl.DataFrame) -> pl.DataFrame:
    """Line of Cq on log10 quantity by least squares over wells, one row per file, plate and target with standards.

    ``wells``: ``QpcrWell`` rows with ``is_excluded``; other tasks, omitted and excluded wells are left out. Columns:
    ``slope, intercept, r_squared, amplification_factor`` = 10^(-1/slope)``, efficiency_percent, level_count,
    well_count, undetermined_count, min_quantity, max_quantity, is_usable, flag, na_reason``. No line is given
    (``na_reason``) for ``no_quantity`` (the export has none) and ``too_few_levels`` (fewer than 3); a line that does
    not fall gives no efficiency (``not_falling``). ``is_usable``: R² of 0.9 or more and a factor of at most 3.

    Bustin et al. 2009, doi:10.1373/clinchem.2008.112797; Pfaffl 2001, doi:10.1093/nar/29.9.e45
    """
    kept = wells.filter(
        (pl.col("task") == "standard") & ~pl.col("is_excluded") & ~pl.col("flag").fill_null("").str.contains("omitted")
    )
    is_read = pl.col("cq").is_not_null() & (pl.col("quantity") > 0).fill_null(value=False)
    x = pl.when(is_read).then(pl.col("quantity").log10())
    y = pl.when(is_read).then(pl.col("cq"))
    rows = kept.with_columns(x=x, y=y).with_columns(
        dx=pl.col("x") - pl.col("x").mean().over(KEY), dy=pl.col("y") - pl.col("y").mean().over(KEY)
    )
    sxx, sxy, syy = (pl.col("dx") ** 2).sum(), (pl.col("dx") * pl.col("dy")).sum(), (pl.col("dy") ** 2).sum()
    fits = rows.group_by(KEY, maintain_order=True).agg(
        sxx=sxx,
        sxy=sxy,
        syy=syy,
        mean_x=pl.col("x").mean(),
        mean_y=pl.col("y").mean(),
        level_count=pl.col("x").drop_nulls().round(9).n_unique().cast(pl.Int64),
        well_count=pl.col("x").count().cast(pl.Int64),
        undetermined_count=pl.col("cq").is_null().sum().cast(pl.Int64),
        has_quantity=(pl.col("quantity") > 0).any().fill_null(value=False),
        min_quantity=pl.col("quantity").filter(pl.col("x").is_not_null()).min(),
        max_quantity=pl.col("quantity").filter(pl.col("x").is_not_null()).max(),
    )
    has_line = pl.col("level_count") >= FEWEST_LEVELS
    slope = pl.when(has_line).then(pl.col("sxy") / pl.col("sxx"))
    r_squared = pl.when(has_line & (pl.col("syy") > 0)).then(pl.col("sxy") ** 2 / (pl.col("sxx") * pl.col("syy")))
    lines = fits.with_columns(slope=slope, r_squared=r_squared.clip(0, 1)).with_columns(
        intercept=pl.col("mean_y") - pl.col("slope") * pl.col("mean_x"),
        amplification_factor=pl.when((pl.col("slope") < 0) & (-1 / pl.col("slope") < 100)).then(  # noqa: PLR2004
            10.0 ** (-1 / pl.col("slope"))
        ),
    )
    factor, percent = pl.col("amplification_factor"), 100 * (pl.col("amplification_factor") - 1)
    is_poor = (pl.col("r_squared") < LOW_R_SQUARED).fill_null(value=False)
    flags = pl.concat_str(
        pl.when(~percent.round(6).is_between(*GOOD_PERCENT)).then(pl.lit("efficiency_out_of_range")),
        pl.when(is_poor).then(pl.lit("low_r_squared")),
        separator=";",
        ignore_nulls=True,
    )
    return lines.with_columns(
        efficiency_percent=percent,
        is_usable=((pl.col("r_squared") >= LEAST_R_SQUARED) & (factor <= MOST_FACTOR)).fill_null(value=False),
        flag=pl.when(flags != "").then(flags),
        na_reason=pl.when(~pl.col("has_quantity"))
        .then(pl.lit("no_quantity"))
        .when(~has_line)
        .then(pl.lit("too_few_levels"))
        .when(factor.is_null())
        .then(pl.lit("not_falling")),
    ).drop("sxx", "sxy", "syy", "mean_x", "mean_y", "has_quantity")


def efficiencies(curves: pl.DataFrame) -> pl.DataFrame:
    """Amplification factor of every gene: its lower-case name as ``gene``, and ``amplification_factor``.

    It is the geometric mean over the study's usable curves: the efficiency belongs to the assay, and one that
    differed by plate would turn the noise of its curve into differences between plates.
    """
    return (
        curves.filter("is_usable")
        .group_by(pl.col("target").str.to_lowercase().alias("gene"))
        .agg(pl.col("amplification_factor").log().mean().exp())
        .sort("gene")
    )
