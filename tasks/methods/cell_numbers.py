"""Cells of a table as numbers, with the line of those that are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from schemas.errors import BadInputError, Problem, Severity
from tasks.contracts import RawFile
from tasks.methods.count_tables import FloatArray
from tasks.methods.delimited_table import TextTable
from tasks.methods.problem_lists import shown

_SHOWN = 5
COPY_AGAIN = "A cut line means a broken copy: copy the tool's file again, unedited."


def cell_numbers(
    raw: RawFile,
    table: TextTable,
    rows: pl.DataFrame,
    columns: Sequence[str],
    *,
    between: tuple[float, float] | None = None,
) -> FloatArray:
    """Columns of text as numbers, rows × columns; with ``between`` whole and within both bounds.

    ``rows`` has them beside ``row``, the position in ``table``. Raises ``BadInputError`` naming line, column and cell
    of those that are no finite number.
    """
    return np.column_stack([_column(raw, table, rows, c, between) for c in columns])


def _column(
    raw: RawFile, table: TextTable, rows: pl.DataFrame, column: str, between: tuple[float, float] | None
) -> FloatArray:
    cells = rows[column].fill_null("")
    values = cells.str.strip_chars().cast(pl.Float64, strict=False)
    wrong = ~values.is_finite()
    if between is not None:
        wrong |= (values < between[0]) | (values > between[1]) | (values % 1 != 0)
    wrong = wrong.fill_null(value=True)
    if not wrong.any():
        return values.to_numpy()
    places = wrong.arg_true().to_list()
    expected = "a number" if between is None else "a whole number"
    others = f" (one of {len(places)} such lines)" if len(places) > 1 else ""
    raise BadInputError(
        *(
            Problem(
                Severity.LOCAL,
                raw.name,
                f"{table.row_place(int(rows['row'][i]))}, {column}",
                str(cells[i]),
                "not_a_number",
                f"{column} is {shown(str(cells[i]))}, expected {expected}{others}",
                COPY_AGAIN,
            )
            for i in places[:_SHOWN]
        )
    )
