"""Time courses: the values of donors or cultures over condition and time, and which analysis of variance they allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from tasks.methods.biological_units import MIN_DONORS

COURSE = ("measure", "target", "scale")
TWO = 2
_NAMED = 5  # missing cells named in a reason

Cell = tuple[str, float, str]  # condition, time, donor or culture


@dataclass(frozen=True)
class Course:
    """One measure and target over time. ``values`` and ``blocks`` by condition, time and unit (donor or culture).

    ``declared`` are all cells that were measured, with a usable value or not. ``conditions`` and ``times`` in order.
    """

    name: Mapping[str, Any]
    n_unit: str
    conditions: tuple[str, ...]
    times: tuple[float, ...]
    values: Mapping[Cell, float]
    blocks: Mapping[Cell, str]
    declared: frozenset[Cell]
    is_averaged: bool

    @property
    def is_crossed(self) -> bool:
        """Whether the same donors were taken for every condition, lost values included."""
        donors = {c: frozenset(u for condition, _, u in self.declared if condition == c) for c in self.conditions}
        return self.n_unit == "donor" and len(set(donors.values())) == 1

    @property
    def units(self) -> dict[str, list[str]]:
        """Units with a value, by condition."""
        return {c: sorted({u for condition, _, u in self.values if condition == c}) for c in self.conditions}

    def missing(self, *, is_crossed: bool) -> list[Cell]:
        """Cells without a value that a repeated analysis needs; donors are needed in every condition if crossed."""
        units = self.units
        every = sorted({u for many in units.values() for u in many})
        return [
            (condition, time, unit)
            for condition in self.conditions
            for time in self.times
            for unit in (every if is_crossed else units[condition])
            if (condition, time, unit) not in self.values
        ]

    def empty(self) -> list[Cell]:
        """Conditions without any value at a time, without a unit."""
        filled = {(condition, time) for condition, time, _ in self.values}
        return [(c, t, "") for c in self.conditions for t in self.times if (c, t) not in filled]

    def kept(self, cells: set[Cell]) -> Course:
        """The course with only these cells."""
        return replace(
            self,
            conditions=tuple(c for c in self.conditions if any(condition == c for condition, _, _ in cells)),
            times=tuple(t for t in self.times if any(time == t for _, time, _ in cells)),
            values={cell: value for cell, value in self.values.items() if cell in cells},
            declared=frozenset(cells),
        )


def courses(rows: pl.DataFrame, conditions: Sequence[str]) -> Iterator[Course]:
    """Courses of measurements over two times or more; n counts donors where every condition has two or more.

    ``rows``: ``Measurement`` rows of one assay and experiment; those without a time are no part of a course. Excluded
    and null values are left out but count in what was meant to be measured. A culture's rows are averaged, then a
    donor's cultures. Conditions and times at which nothing at all has a value are left out.
    """
    timed = rows.filter(pl.col("time_h").is_not_null()).with_columns(pl.col("block_id").fill_null(""))
    donors = pl.col("donor_id").n_unique().over(*COURSE, "condition")
    has_donors = (donors >= MIN_DONORS).all().over(COURSE) & (pl.col("donor_id") != "").all().over(COURSE)
    timed = timed.with_columns(
        n_unit=pl.when(has_donors).then(pl.lit("donor")).otherwise(pl.lit("culture")),
        unit=pl.when(has_donors).then("donor_id").otherwise("sample_id"),
        is_used=~pl.col("is_excluded") & pl.col("value").is_finite().fill_null(value=False),
    )
    cell = ("condition", "time_h", "unit")
    for key, one in sorted(timed.group_by(*COURSE)):
        if one["time_h"].n_unique() < TWO:
            continue
        cultures = (
            one.filter("is_used")
            .group_by(*cell, "sample_id")
            .agg(pl.col("value").sort_by("block_id").mean(), pl.col("block_id").unique().sort().str.join("+"))
        )
        units = cultures.group_by(cell).agg(
            pl.col("value").sort_by("sample_id").mean(),
            pl.col("block_id").unique().sort().str.join("+"),
            pl.len().alias("count"),
        )
        values = {(c, t, u): v for c, t, u, v in units.select(*cell, "value").iter_rows()}
        yield Course(
            name=dict(zip(COURSE, key, strict=True)),
            n_unit=one["n_unit"][0],
            conditions=tuple(c for c in conditions if any(c == used for used, _, _ in values)),
            times=tuple(sorted({t for _, t, _ in values})),
            values=values,
            blocks={(c, t, u): b for c, t, u, b in units.select(*cell, "block_id").iter_rows()},
            declared=frozenset(one.select(cell).unique().iter_rows()),
            is_averaged=bool((units["count"] > 1).any()),
        )


@dataclass(frozen=True)
class Choice:
    """The analysis of a course (``two_way_repeated``, ``mixed`` or ``two_way``), and why it was chosen."""

    method: str
    note: str
    is_donor_held: bool = False  # two_way: donor as block


def choose(course: Course, design: str, time_design: str) -> Choice:
    """Which analysis a course gets by ``statistics.design`` and ``statistics.time_design``.

    Donors that occur in every condition are followed over condition and time, whichever plates their cultures lie on;
    ``independent`` follows them over time only. Cultures are followed over time unless ``separate_plates`` says, or
    their blocks show, that each time has plates of its own, or no culture has two times.
    """
    is_held = course.n_unit == "donor" and (design == "blocked" or (design == "auto" and course.is_crossed))
    if time_design == "separate_plates":
        return Choice("two_way", "other cultures at every time (time_design: separate_plates)", is_held)
    if is_held:
        return Choice("two_way_repeated", "condition and time within the donor")
    if course.n_unit == "culture" and time_design == "auto":
        if not _is_followed(course):
            return Choice("two_way", "no culture was measured at two times")
        if _has_own_plates(course):
            return Choice(
                "two_way",
                "each time has plates of its own, so its wells are other cultures; write `time_design: repeated` if "
                "they are the same",
            )
    unit = "donor" if course.n_unit == "donor" else "culture"
    note = f"time within the {unit}, condition between them"
    if unit == "culture" and time_design == "auto":
        note += "; write `time_design: separate_plates` if each time was read in wells of its own"
    return Choice("mixed", note)


def _is_followed(course: Course) -> bool:
    times: dict[tuple[str, str], set[float]] = {}
    for condition, time, unit in course.declared:
        times.setdefault((condition, unit), set()).add(time)
    return any(len(seen) > 1 for seen in times.values())


def _has_own_plates(course: Course) -> bool:
    """Whether blocks are stated and none of them was read at two times."""
    times: dict[str, set[float]] = {}
    for (_, time, _), block in course.blocks.items():
        times.setdefault(block, set()).add(time)
    return "" not in times and all(len(seen) == 1 for seen in times.values())


def complete(course: Course, *, is_crossed: bool) -> Course:
    """The part of a course that lacks nothing: times with every condition, then units with every cell of these."""
    empty = {time for _, time, _ in course.empty()}
    rest = course.kept({cell for cell in course.values if cell[1] not in empty})
    lacking = {(unit, "" if is_crossed else condition) for condition, _, unit in rest.missing(is_crossed=is_crossed)}
    return rest.kept({c for c in rest.values if (c[2], "" if is_crossed else c[0]) not in lacking})


def named(cells: Sequence[tuple[str, float, str]]) -> str:
    """Missing cells in words: ``NP2 in il1b at 48 h``, or ``il1b at 48 h`` where no unit is named; the first few."""
    told = [f"{unit + ' in ' if unit else ''}{condition} at {time:g} h" for condition, time, unit in cells[:_NAMED]]
    return ", ".join(told) + (f" and {len(cells) - _NAMED} more" if len(cells) > _NAMED else "")
