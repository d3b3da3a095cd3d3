"""A table's polars schema, and frames brought into it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from schemas.base import Column, Table, columns
from schemas.errors import DeclarationError

UTC_DATETIME = pl.Datetime("us", "UTC")


@cache
def schema(table: type[Table]) -> pl.Schema:
    """Column names and polars types of the table, in declared order."""
    return pl.Schema({column.name: column.dtype for column in columns(table)})


def conform(frame: pl.DataFrame, table: type[Table], fill: Mapping[str, object] | None = None) -> pl.DataFrame:
    """Bring a frame into the table's columns, order and types, changing no value.

    Columns that the frame lacks take their value from ``fill`` (one value for all rows), else
    null where the table allows it. Numbers are widened, times with a zone go to UTC, categories
    become text, NaN (which means missing) becomes null; text is never read as a number and no
    fraction is cut off. What a value may be is checked by ``schemas.validation``, not here.

    Raises ``DeclarationError`` naming table and column for a column that the table does not
    have, a missing one that must not be null, or a type that cannot be taken: whoever made the
    frame has to change, no file is to blame.
    """
    constants = dict(fill or {})
    declared = {column.name for column in columns(table)}
    for origin, names in (("the frame", frame.columns), ("fill", constants)):
        if unknown := [name for name in names if name not in declared]:
            raise DeclarationError(
                f"{table.table_name} has no column {', '.join(unknown)}, which {origin} brings; it has {_names(table)}"
            )
    return frame.select(_expression(frame, column, table, constants) for column in columns(table))


def _names(table: type[Table]) -> str:
    return ", ".join(column.name for column in columns(table))


def _expression(frame: pl.DataFrame, column: Column, table: type[Table], constants: Mapping[str, object]) -> pl.Expr:
    if column.name not in frame.columns:
        if column.name not in constants and not column.is_nullable:
            raise DeclarationError(f"{table.table_name}.{column.name} must not be null and the frame lacks it")
        literal = pl.lit(constants.get(column.name), dtype=column.dtype)
        return pl.repeat(literal, frame.height, dtype=column.dtype).alias(column.name)
    values = frame[column.name]
    taken = _taken(values, column.dtype)
    if taken is None:
        raise DeclarationError(
            f"{table.table_name}.{column.name} holds {column.dtype}; the frame brings {values.dtype} "
            f"(such as {values.drop_nulls().head(3).to_list()}), which cannot be taken without loss"
        )
    return taken


def _taken(values: pl.Series, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr | None:
    """Give the expression that takes the values without loss; None where there is none."""
    source, column = values.dtype, pl.col(values.name)
    if source == dtype:
        return column.fill_nan(None) if dtype == pl.Float64 else column
    if source == pl.Null:
        return column.cast(dtype)
    if dtype == pl.String:
        return column.cast(dtype) if isinstance(source, pl.Categorical | pl.Enum) else None
    if dtype == UTC_DATETIME:
        has_zone = isinstance(source, pl.Datetime) and source.time_zone is not None
        return column.dt.convert_time_zone("UTC").dt.cast_time_unit("us") if has_zone else None
    if dtype == pl.Float64:
        return column.cast(dtype).fill_nan(None) if source.is_numeric() else None
    if dtype == pl.Int64:
        is_whole = source.is_integer() or (source.is_float() and bool((values.fill_nan(None) % 1 == 0).all()))
        return (column.fill_nan(None) if source.is_float() else column).cast(dtype) if is_whole else None
    return None
