"""Families of measurements (measure, target, scale, time), sorted by the layout of their units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from tasks.methods.biological_units import FAMILY
from tasks.methods.group_test_plans import Layout, Question

MIN_N = 2  # units a group needs to take part in a test

Family = tuple[Any, ...]


@dataclass(frozen=True)
class Member:
    """A family of a layout: the values of its units, in the layout's order, and their names."""

    family: Family
    values: tuple[float, ...]
    units: tuple[str, ...]
    is_percent: bool


def families(rows: pl.DataFrame, units: pl.DataFrame, question: Question) -> dict[Layout, list[Member]]:
    """Families of measurements by layout.

    Only groups with two units or more are laid out; a family without any has an empty layout.
    """
    order = {condition: index for index, condition in enumerate(question.conditions)}
    found: dict[Family, dict[str, list[Any]]] = {}
    about: dict[Family, tuple[str, bool]] = {}
    is_percent = (pl.col("unit_of_value") == "%").all().alias("is_percent")
    for known in rows.group_by(*FAMILY, "n_unit").agg(is_percent).sort(*FAMILY).iter_rows():
        found[known[:-2]] = {}
        about[known[:-2]] = known[-2:]
    for row in units.iter_rows(named=True):
        found[tuple(row[name] for name in FAMILY)].setdefault(row["condition"], []).append(row)
    layouts: dict[Layout, list[Member]] = {}
    for family, groups in found.items():
        used = [r for c in sorted(groups, key=order.__getitem__) if len(groups[c]) >= MIN_N for r in groups[c]]
        layout = Layout(
            n_unit=about[family][0],
            conditions=tuple(r["condition"] for r in used),
            donors=tuple(r["donor_id"] for r in used),
            blocks=tuple(r["block"] for r in used),
            is_averaged=any(r["culture_count"] > 1 for r in used),
        )
        member = Member(family, tuple(r["value"] for r in used), tuple(r["unit"] for r in used), about[family][1])
        layouts.setdefault(layout, []).append(member)
    return layouts
