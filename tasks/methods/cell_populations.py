"""Values of cultures from gated acquisitions: apoptosis, markers, and populations of the study's own gates."""

from __future__ import annotations

import re

import polars as pl

from schemas.polars_schema import schema
from schemas.tables.cell_populations import CellPopulation
from tasks.methods.culture_values import Quantity, culture_values

FRACTIONS = ("live", "early_apoptotic", "late_apoptotic", "necrotic", "apoptotic")
_NAMES = {
    "early_apoptotic": re.compile(r"\bearly", re.IGNORECASE),
    "late_apoptotic": re.compile(r"\blate\b", re.IGNORECASE),
    "necrotic": re.compile(r"\bnecro", re.IGNORECASE),
    "live": re.compile(r"(?<!non-)(?<!non )(?<!not )\b(?:live|alive|living|viable|vital)\b", re.IGNORECASE),
}
_EMPTY = pl.DataFrame(schema=schema(CellPopulation)).drop("study_id", "run_id")


def apoptosis_values(rows: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """Percentages of ``result.apoptosis``, averaged over a culture's acquisitions."""
    quantities = [Quantity(f"percent_{n}", f"percent_{n}", "raw", "%", "na_reason") for n in FRACTIONS]
    return _values(rows.with_columns(target=pl.lit("")), samples, quantities)


def marker_values(rows: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """Percent positive, median intensity and its ratio to the control, the last two as log2."""
    quantities = [
        Quantity("percent_positive", "percent_positive", "raw", "%", "na_reason"),
        Quantity("median_intensity", "median_intensity", "log2", "a.u.", "na_reason"),
        Quantity("median_ratio", "median_ratio", "log2", "fold of control", "na_reason"),
    ]
    return _values(rows.with_columns(target=pl.col("marker")), samples, quantities)


def gate_values(rows: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """``percent_of_parent`` of every population that is not built in; quadrants of apoptosis by their names as well.

    Where live, early, late and necrotic are siblings, they count as apoptosis; apoptotic is early + late. Where a
    culture's events were gated here, what a program had counted of the same population is left out: the same cells.
    """
    own = rows.filter(pl.col("gate_source") != "builtin").with_columns(target=pl.col("gate_path"))
    percent = Quantity("percent_of_parent", "percent_of_parent", "raw", "%", "na_reason")
    paths, quadrants = _counted_once(own, "gate_path"), _counted_once(_named(own))
    return pl.concat([_values(paths, samples, [percent]), apoptosis_values(quadrants, samples)])


def _counted_once(rows: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Rows without imported ones of cultures (and populations) that were gated here as well."""
    is_imported = pl.col("gate_source") == "imported"
    return rows.filter(~is_imported | is_imported.all().over("sample_id", *by)) if rows.height else rows


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per acquisition and parent whose populations are named as the quadrants of annexin V and PI."""
    if rows.is_empty():
        return rows
    by = ["object_id", "data_set", "gating", "gate_source", "parent", "sample_id", "time_h", "is_excluded"]
    found = []
    for key, group in rows.group_by(by, maintain_order=True):
        values: dict[str, float | None] = {}
        for name, population, percent in group.select("gate_path", "population", "percent_of_parent").iter_rows():
            kind = next((k for k, pattern in _NAMES.items() if pattern.search(population.replace("_", " "))), None)
            if kind and name and kind not in values:
                values[kind] = percent
        if {"early_apoptotic", "late_apoptotic"} <= set(values):
            early, late = values["early_apoptotic"], values["late_apoptotic"]
            both = early + late if early is not None and late is not None else None
            reason = "empty_parent" if both is None else None
            found.append(
                dict(zip(by, key, strict=True))
                | {f"percent_{n}": values.get(n) for n in FRACTIONS}
                | {"percent_apoptotic": both, "na_reason": reason}
            )
    columns = {c: rows.schema[c] for c in by} | {f"percent_{n}": pl.Float64 for n in FRACTIONS}
    return pl.DataFrame(found, schema={**columns, "na_reason": pl.String})


def _values(rows: pl.DataFrame, samples: pl.DataFrame, quantities: list[Quantity]) -> pl.DataFrame:
    if rows.is_empty():
        return _EMPTY
    found = culture_values(rows, samples, quantities)
    return found.select(pl.col(name).cast(dtype) for name, dtype in _EMPTY.schema.items())
