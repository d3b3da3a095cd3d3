"""Tables whose rows are pieces of features (isomiRs, isoforms): the counts of a feature are the sum of its rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.errors import Problem, bad_input
from schemas.vocabulary import Library
from tasks.contracts import Context, Parsed, RawFile
from tasks.methods.cell_numbers import cell_numbers
from tasks.methods.count_tables import CountTable, load_counts
from tasks.methods.delimited_table import TextTable
from tasks.methods.feature_groups import feature_groups


def load_sums(
    raw: RawFile,
    context: Context,
    table: TextTable,
    rows: pl.DataFrame,
    counts: Sequence[str],
    sample_names: Sequence[str],
    *,
    library: Library,
    problems: Sequence[Problem] = (),
    unread: Sequence[str] = (),
) -> Parsed:
    """Add up the columns ``counts`` (one a sample, text) of the rows of each ``feature``.

    ``rows`` has ``row``, the position in ``table``. Raises ``BadInputError`` for a table without rows and for counts
    that are no numbers, and all that ``load_counts`` refuses.
    """
    if not rows.height:
        message = "no row of the file counts a feature"
        raise bad_input(raw.name, "", "no_rows", message, "Copy the tool's file again, or check what it was run on.")
    values = cell_numbers(raw, table, rows, counts)
    groups = feature_groups(rows["feature"])
    first = rows["row"].gather(groups.first)
    whole = CountTable(
        groups.ids,
        tuple(sample_names),
        groups.sums(values),
        lambda row, sample: f"{table.row_place(int(first[row]))}, {counts[sample]}",
        lambda row: table.row_place(int(first[row])),
    )
    return load_counts(raw, context, whole, sample_names, problems=problems, unread=unread, library=library)
