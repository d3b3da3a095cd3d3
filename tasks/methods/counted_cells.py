"""Rows of counted cells, as every counter's parser gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from tasks.contracts import Context, RawFile

TABLE = "core.cell_counts"
ASSAYS = ("cell_counts", "senescence")
_LISTED = 5
_TYPES: dict[str, pl.DataType] = {
    "assay": pl.String(), "plate": pl.String(), "field": pl.String(), "well": pl.String(), "sample_name": pl.String(),
    "time_h": pl.Float64(), "stain": pl.String(), "positive_count": pl.Int64(), "total_count": pl.Int64(),
    "percent_positive": pl.Float64(), "viable_count": pl.Int64(), "percent_viable": pl.Float64(),
    "concentration_per_ml": pl.Float64(), "viable_concentration_per_ml": pl.Float64(), "diameter_um": pl.Float64(),
    "dilution": pl.Float64(), "measured_on": pl.String(), "flag": pl.String(),
}  # fmt: skip


def count_frame(rows: Sequence[Mapping[str, Any]], context: Context) -> pl.DataFrame:
    """Rows of ``core.cell_counts``: assay, time and stain from files.csv where a row has none, wells from the layout.

    ``percent_positive`` is computed; more positive cells than cells are flagged ``positive_exceeds_total`` and have
    none. Field names that repeat get a number.
    """
    row, layout = context.row, {w.well: w for w in context.layout.wells} if context.layout else {}
    found, seen = [], set[tuple[str, str, str]]()
    for given in rows:
        one: dict[str, Any] = dict.fromkeys(_TYPES) | dict(given)
        one["assay"] = context.assay or ASSAYS[0]
        one["plate"] = one["plate"] or ""
        one["stain"] = one["stain"] or ((row.marker or row.target or "") if row else "")
        if (said := layout.get(one["well"] or "")) is not None:
            one["sample_name"] = said.sample if said.role in ("sample", "control") else None
            one["time_h"] = said.time_h
        elif layout:
            one["sample_name"] = None
        elif row and row.sample and one["sample_name"] is None:
            one["sample_name"] = row.sample
        one["time_h"] = one["time_h"] if one["time_h"] is not None else row.time_h if row else None
        positive, total = one["positive_count"], one["total_count"]
        flags = [one["flag"]] if one["flag"] else []
        if positive is not None and total is not None and positive > total:
            flags.append("positive_exceeds_total")
        elif positive is not None and total:
            one["percent_positive"] = 100 * positive / total
        one["flag"] = ";".join(flags) or None
        name, number = one["field"], 2
        while (one["plate"], one["field"], one["stain"]) in seen:
            one["field"], number = f"{name} ({number})", number + 1
        seen.add((one["plate"], one["field"], one["stain"]))
        found.append({name: one[name] for name in _TYPES})
    return pl.DataFrame(found, schema=_TYPES, orient="row")


def count_problems(counts: pl.DataFrame, raw: RawFile, context: Context) -> Iterator[Problem]:
    """Warn of wells without a layout and of fields with more positive cells than cells."""
    if not context.layout and counts["sample_name"].is_null().all():
        yield warning(
            raw.name, "", "no_layout", "nothing says which sample was counted",
            "Write layouts/NAME.csv (well,sample,role) and its NAME in the column layout of files.csv, or name the "
            "sample there.",
        )  # fmt: skip
    bad = counts.filter(pl.col("flag").fill_null("").str.contains("positive_exceeds_total"))
    if bad.height:
        names = ", ".join(bad["field"].head(_LISTED))
        yield warning(
            raw.name, f"field {names}", "positive_exceeds_total",
            f"{bad.height} of {counts.height} fields have more positive cells than cells; they have no percentage",
            "Check that the two counts are not exchanged and were made on the same picture.",
        )  # fmt: skip
    lost = counts.filter(pl.col("flag").fill_null("").str.contains("unreadable"))
    if lost.height:
        names = ", ".join(lost["field"].head(_LISTED))
        message = f"the counter printed an error instead of a count for {lost.height} of {counts.height} readings"
        yield warning(raw.name, f"reading {names}", "no_count", message, "Count these again; they are left out.")


def percent(value: float | None) -> float | None:
    """A percentage as it is; null outside 0 to 100."""
    return value if value is not None and 0 <= value <= 100 else None  # noqa: PLR2004


def at_least_zero(value: float | None) -> float | None:
    """A number as it is; null below 0."""
    return value if value is not None and value >= 0 else None
