"""Plain tables of counted cells that people keep: sample, field, positive, total."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.errors import bad_input
from tasks.contracts import Context, Parsed, Parser, RawFile
from tasks.methods.counted_cells import ASSAYS, TABLE, count_frame, count_problems
from tasks.methods.delimited import sniff
from tasks.methods.grids import well_name
from tasks.methods.headed_tables import headed_table
from tasks.methods.numbers import read_numbers
from tasks.methods.signatures import recognise_file

PRODUCT = "a table of counted cells"
_REMEDY = "Write the columns sample, field, positive, total (or negative); one row a field."
_SAMPLE = ("sample", "sample_id", "sample name", "sample_name", "culture")
_FIELD = ("field", "image", "picture", "fov", "slice")
_WELL = ("well",)
_POSITIVE = ("positive", "positive_count", "positive cells", "sa-b-gal positive", "β-gal positive", "stained")
_NEGATIVE = ("negative", "negative_count", "negative cells", "unstained")
_TOTAL = ("total", "total_count", "total cells", "cells", "count")
_STAIN = ("stain", "marker")
_TIME = ("time_h", "time (h)", "hours")
_USED = (*_SAMPLE, *_FIELD, *_WELL, *_POSITIVE, *_NEGATIVE, *_TOTAL, *_STAIN, *_TIME)


def claims(raw: RawFile, context: Context) -> bool:
    """Whether a file declared as counts has the titles of such a table and no vendor's signature."""
    if context.assay not in ASSAYS or recognise_file(raw) is not None:
        return False
    found = sniff(raw)
    return found is not None and _is_header(found.first)


def parse(raw: RawFile, context: Context) -> Parsed:
    """Read one field a row into ``core.cell_counts``; all cells are the positive and the negative ones, or `total`.

    Raises ``BadInputError`` for rows without a sample or well, and for counts that are no whole numbers.
    """
    table = headed_table(raw, PRODUCT, _is_header, "sample, positive, total", _REMEDY)
    positive, negative, total = (table.counts(*names) for names in (_POSITIVE, _NEGATIVE, _TOTAL))
    samples, fields, wells = table.texts(*_SAMPLE), table.texts(*_FIELD), table.texts(*_WELL)
    stains, times = table.texts(*_STAIN), table.numbers(*_TIME)
    own = context.row.sample if context.row else None
    rows = []
    for i, (line, _) in enumerate(table.rows):
        well, sample = well_name(wells[i]), samples[i] or own
        if not (sample or well):
            message = "the row names neither a sample nor a well"
            raise bad_input(raw.name, f"line {line}", "no_sample", message, _REMEDY)
        both = total[i]
        if both is None and positive[i] is not None and negative[i] is not None:
            both = (positive[i] or 0) + (negative[i] or 0)
        name = " ".join(filter(None, (sample, well, fields[i]))) or f"row {i + 1}"
        rows.append(
            {"field": name, "well": well, "sample_name": sample, "stain": stains[i] or None, "time_h": times[i],
             "positive_count": positive[i], "total_count": both, "flag": "unreadable" if both is None else None}
        )  # fmt: skip
    counts = count_frame(rows, context)
    return Parsed({TABLE: counts}, tuple(count_problems(counts, raw, context)), table.unread(*_USED))


def _is_header(cells: Sequence[str]) -> bool:
    titles = {c.strip().casefold() for c in cells}
    has_place = bool(titles & {*_SAMPLE, *_WELL, *_FIELD})
    return (
        has_place
        and bool(titles & {*_POSITIVE, *_TOTAL})
        and not read_numbers(sorted(titles))["value"].is_not_null().any()
    )


PARSER = Parser(
    name="count_table",
    version="1",
    product=PRODUCT,
    assays=ASSAYS,
    claims=claims,
    parse=parse,
    is_generic=True,
)
