"""What is different between two states of a result table: rows by their key, numbers beyond the noise of floats."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

RELATIVE, ABSOLUTE = 1e-9, 1e-12  # sums in another order differ by some 1e-13; nobody reads a tenth digit
CALLS = ("stars", "direction", "is_significant")
SCHEMA = {
    "kind": pl.String,
    "row": pl.String,
    "column": pl.String,
    "was": pl.String,
    "is": pl.String,
    "relative_change": pl.Float64,
    "is_flip": pl.Boolean,
    "run_before": pl.String,
    "run_now": pl.String,
}


def changes(was: pl.DataFrame, now: pl.DataFrame, key: Sequence[str], alpha: float) -> pl.DataFrame:
    """Every cell that is another one, and every row that came or went, by the table's key.

    ``was`` and ``now`` hold the key's columns, ``run_id`` and values; columns that only one of them has are not
    compared. Two numbers are the same when they differ by less than ``RELATIVE`` of the larger, or ``ABSOLUTE``.
    ``is_flip``: what was called significant is so no more, or the other way round: by ``stars`` (ns or none against
    any), ``direction`` or ``is_significant``; where a table has none of these by ``padj``, else ``pvalue``, crossing
    ``alpha`` (a p-value that is missing counts as not significant). ``kind`` is ``changed``, ``added`` or ``removed``;
    of a row that came or went there is one line, without column, and no flip where its ``role`` is
    ``including_excluded``. Flips come first, then the largest changes.
    """
    names = [c for c in was.columns if c in now.columns and c not in key and c != "run_id"]
    call = _call(names)
    label = row_label(key)
    left = was.select(*key, *(pl.col(c).alias(f"{c}\0was") for c in names), pl.col("run_id").alias("run_before"))
    right = now.select(*key, *(pl.col(c).alias(f"{c}\0is") for c in names), pl.col("run_id").alias("run_now"))
    both = left.join(right, on=list(key), how="full", coalesce=True, nulls_equal=True)
    found = [_came_or_went(both, label, call, was.schema, alpha)]
    standing = both.filter(pl.col("run_before").is_not_null() & pl.col("run_now").is_not_null())
    found += [_cells(standing, label, name, call, was.schema[name], alpha) for name in names]
    table = pl.concat([f.select(pl.col(c).cast(t) for c, t in SCHEMA.items()) for f in found])
    size = pl.col("relative_change").abs()
    return table.sort(
        ~pl.col("is_flip"), size, "row", "column", descending=[False, True, False, False], nulls_last=True
    )


def _call(names: Sequence[str]) -> str | None:
    return next((c for c in (*CALLS, "padj", "pvalue") if c in names), None)


def row_label(key: Sequence[str]) -> pl.Expr:
    """The key as people write it: ``time_h=72 group_a=il1b``, without what is empty."""
    parts = [
        pl.when(pl.col(c).is_not_null() & (pl.col(c).cast(pl.String) != "")).then(
            pl.format("{}={}", pl.lit(c), pl.col(c).cast(pl.String).str.strip_suffix(".0"))
        )
        for c in key
    ]
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _called(name: str, side: str, dtype: pl.DataType, alpha: float) -> pl.Expr:
    """Whether a row is called significant; its direction where there is one."""
    column = pl.col(f"{name}\0{side}")
    if dtype == pl.Boolean:
        return column.fill_null(value=False).cast(pl.String)
    if name == "stars":
        return (column.fill_null("ns") != "ns").cast(pl.String)
    if name in CALLS:
        return column.fill_null("ns")
    return (column < alpha).fill_null(value=False).cast(pl.String)


def _came_or_went(
    both: pl.DataFrame, label: pl.Expr, call: str | None, schema: pl.Schema, alpha: float
) -> pl.DataFrame:
    rows = both.filter(pl.col("run_before").is_null() | pl.col("run_now").is_null())
    none = pl.lit(None)
    flip = pl.lit(value=False)
    if call:
        flip = _called(call, "was", schema[call], alpha) != _called(call, "is", schema[call], alpha)
    if (
        "role" in rows.columns
    ):  # the look at what is excluded comes and goes with the exclusion; nothing was called otherwise
        flip &= pl.col("role") != "including_excluded"
    return rows.select(
        kind=pl.when(pl.col("run_before").is_null()).then(pl.lit("added")).otherwise(pl.lit("removed")),
        row=label, column=none, was=none, relative_change=none, is_flip=flip,
        run_before="run_before", run_now="run_now", **{"is": none},
    )  # fmt: skip


def _cells(
    both: pl.DataFrame, label: pl.Expr, name: str, call: str | None, dtype: pl.DataType, alpha: float
) -> pl.DataFrame:
    was, now = pl.col(f"{name}\0was"), pl.col(f"{name}\0is")
    change = pl.lit(None, dtype=pl.Float64)
    is_other = was.ne_missing(now)
    if dtype.is_numeric():
        change = pl.when(was != 0).then((now - was) / was.abs())
        if dtype.is_float():
            room = pl.max_horizontal(RELATIVE * pl.max_horizontal(was.abs(), now.abs()), ABSOLUTE)
            is_other &= ~((was - now).abs() <= room).fill_null(value=False)
    flip = pl.lit(value=False)
    if name == call:
        flip = _called(name, "was", dtype, alpha) != _called(name, "is", dtype, alpha)
    return both.filter(is_other).select(
        kind=pl.lit("changed"), row=label, column=pl.lit(name), was=was.cast(pl.String), relative_change=change,
        is_flip=flip, run_before="run_before", run_now="run_now", **{"is": now.cast(pl.String)},
    )  # fmt: skip
