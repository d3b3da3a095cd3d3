"""Positive cells of cultures, their fields summed."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from schemas.errors import Problem, warning
from tasks.methods.culture_values import with_exclusions

FEW_CELLS = 200
BY = ("sample_id", "stain", "time_h")
_LISTED = 5


def positive_cells(counts: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """Percent positive = 100 x sum of positive / sum of all cells over a culture's fields.

    ``counts``: ``CellCount`` rows with ``is_excluded``; ``samples``: ``core.samples``. Positive and all cells may stand
    in different rows (two files of one culture). Fields with more positive cells than cells are left out. Cells are
    never pooled over cultures. Fewer than 200 cells are flagged ``few_cells``.

    One row per (culture, stain, time): ``experiment, positive_count, total_count, field_count, percent_positive,
    sd_fields, flag, is_excluded, na_reason``: ``no_positive_count``, ``no_total_count``, ``no_cells``,
    ``positive_exceeds_total``, ``fields_do_not_match`` (positive cells counted in more or fewer fields than all cells).
    """
    # a file of all cells names no stain: it belongs to the one stain of its culture
    stains = pl.col("stain").filter(pl.col("stain") != "")
    only = pl.when(stains.n_unique().over("sample_id", "time_h") == 1).then(stains.first().over("sample_id", "time_h"))
    filled = counts.with_columns(stain=pl.when(pl.col("stain") == "").then(only.fill_null("")).otherwise("stain"))
    is_wrong = pl.col("flag").fill_null("").str.contains("positive_exceeds_total")
    rows = with_exclusions(filled, samples, BY).with_columns(is_wrong=is_wrong)
    kept = [pl.col(c).filter(~pl.col("is_wrong")) for c in ("positive_count", "total_count")]
    share = 100 * kept[0] / kept[1]
    found = rows.group_by(BY, maintain_order=True).agg(
        pl.col("experiment", "is_excluded").first(),
        kept[0].sum().alias("positive_count"),
        kept[1].sum().alias("total_count"),
        kept[1].count().cast(pl.Int64).alias("field_count"),
        share.filter(share.is_finite()).std().alias("sd_fields"),
        kept[0].count().alias("_positive_n"),
        pl.col("is_wrong").all().alias("_all_wrong"),
    )
    positive, total = pl.col("positive_count"), pl.col("total_count")
    reason = (
        pl.when(pl.col("_all_wrong") | ((positive > total) & (total > 0)))
        .then(pl.lit("positive_exceeds_total"))
        .when(pl.col("_positive_n") == 0)
        .then(pl.lit("no_positive_count"))
        .when(pl.col("field_count") == 0)
        .then(pl.lit("no_total_count"))
        .when(pl.col("_positive_n") != pl.col("field_count"))
        .then(pl.lit("fields_do_not_match"))
        .when(total == 0)
        .then(pl.lit("no_cells"))
    )
    return (
        found.with_columns(na_reason=reason)
        .with_columns(
            percent_positive=pl.when(pl.col("na_reason").is_null()).then(100 * positive / total),
            flag=pl.when((total < FEW_CELLS) & (pl.col("field_count") > 0)).then(pl.lit("few_cells")),
        )
        .drop("_positive_n", "_all_wrong")
        .sort(BY, nulls_last=True)
    )


def few_cells(counted: pl.DataFrame) -> Iterator[Problem]:
    """One warning for cultures of which fewer than 200 cells were counted.

    ``counted``: ``sample_id, total_count``, one row per culture, stain and time.
    """
    few = counted.filter(pl.col("total_count") < FEW_CELLS)
    if few.height:
        samples = few["sample_id"].unique().sort()
        names = ", ".join(samples.head(_LISTED)) + (", …" if samples.len() > _LISTED else "")
        fewest = min(few["total_count"].to_list())
        message = (
            f"{samples.len()} of {counted['sample_id'].n_unique()} cultures have fewer than {FEW_CELLS} counted cells "
            f"({fewest} the fewest)"
        )
        yield warning("samples.csv", f"sample {names}", "few_cells", message, "Count more fields of these cultures.")
