"""Rows of ``result.time_course_tests``: the analysis that counts, the plain one, and that of what is complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.methods.repeated_measures import BOTH, CONDITION, TIME, Effect, mixed, two_way_repeated
from tasks.methods.time_courses import TWO, Choice, Course, choose, complete, named
from tasks.methods.two_way_anova import two_way

Row = dict[str, Any]
EFFECTS = (CONDITION, TIME, BOTH)
PLAIN = Choice("two_way", "every value as a unit of its own, donors and plates ignored")


@dataclass(frozen=True)
class Fit:
    """Effects of one analysis with what the row says of it."""

    choice: Choice
    role: str
    note: str
    effects: Sequence[Effect]
    n: int
    sum_of_squares: str = "III"


def course_rows(course: Course, design: str, time_design: str, primary_time_h: float | None) -> Iterator[Row]:
    """Rows of every analysis of one course, three effects each.

    ``primary`` is what the design asks for. Where that follows donors or cultures, or holds something constant, the
    plain two-way analysis stands beside it ``as_published``. Where cells are missing the primary rows are null and name
    them, and a ``sensitivity`` analysis uses the times and units that lack nothing. ``two_way`` with unequal n has type
    II sums of squares as ``sensitivity``.
    """
    choice = choose(course, design, time_design)
    fits = [*_primary(course, choice)]
    if choice.method != "two_way" or _blocks(course, choice):
        fits += _two_way(course, PLAIN, "as_published")
    confirmatory = "" if primary_time_h is None else f"; {primary_time_h:g} h is the confirmatory time"
    for fit in fits:
        for effect in fit.effects:
            yield (
                dict(course.name)
                | _numbers(effect)
                | {
                    "method": fit.choice.method,
                    "role": fit.role,
                    "sum_of_squares": fit.sum_of_squares,
                    "condition_count": len(course.conditions),
                    "time_count": len(course.times),
                    "n": fit.n,
                    "n_unit": course.n_unit,
                    "design_note": fit.note + confirmatory,
                }
            )


def _numbers(effect: Effect) -> Row:
    ball = effect.sphericity
    row: Row = {
        "effect": effect.name,
        "statistic": effect.statistic,
        "df1": float(effect.df1) if effect.df1 else None,
        "df2": float(effect.df2) if effect.df1 else None,
        "pvalue": effect.pvalue,
        "effect_size": effect.partial_eta_squared,
        "generalized_eta_squared": effect.generalized_eta_squared,
        "na_reason": effect.na_reason,
    }
    if ball:
        row |= {
            "epsilon_gg": ball.epsilon_gg,
            "epsilon_hf": ball.epsilon_hf,
            "mauchly_w": ball.mauchly_w,
            "mauchly_pvalue": ball.mauchly_pvalue,
            "pvalue_gg": effect.corrected(ball.epsilon_gg),
            "pvalue_hf": effect.corrected(ball.epsilon_hf),
        }
    return row


def _null(reason: str) -> list[Effect]:
    return [Effect(name, 0, 0, na_reason=reason) for name in EFFECTS]


def _note(course: Course, choice: Choice) -> str:
    note = f"n = {'values' if choice is PLAIN else course.n_unit + 's'}; {choice.note}"
    return note + ("; several cultures of a donor are averaged first" if course.is_averaged else "")


def _primary(course: Course, choice: Choice) -> Iterator[Fit]:
    if len(course.conditions) < TWO or len(course.times) < TWO:
        reason = "fewer_than_two_groups" if len(course.conditions) < TWO else "fewer_than_two_times"
        yield Fit(choice, "primary", _note(course, choice), _null(reason), len(course.values))
        return
    if choice.method == "two_way":
        yield from _two_way(course, choice, "primary")
        return
    is_crossed = choice.method == "two_way_repeated"
    lone = [c for c, units in course.units.items() if len(units) < TWO]
    if lone and not is_crossed:
        course = course.kept({cell for cell in course.values if cell[0] not in lone})
        left_out = f"{' and '.join(lone)} left out: one {course.n_unit} only"
        choice = replace(choice, note=f"{choice.note}; {left_out}")
        if len(course.conditions) < TWO:
            yield Fit(choice, "primary", _note(course, choice), _null("n_below_2"), len(lone) + len(course.conditions))
            return
    n = len({(u, "" if is_crossed else c) for c, _, u in course.values})
    if missing := course.missing(is_crossed=is_crossed):
        yield Fit(choice, "primary", _note(course, choice), _null(f"missing_cell: {named(missing)}"), n)
        rest = complete(course, is_crossed=is_crossed)
        if rest.values and len(rest.times) >= TWO and all(rest.units.values()):
            note = f"{_note(course, choice)}; without what is incomplete ({named(missing)})"
            yield Fit(choice, "sensitivity", note, *_repeated(rest, choice))
        return
    yield Fit(choice, "primary", _note(course, choice), *_repeated(course, choice))


def _repeated(course: Course, choice: Choice) -> tuple[list[Effect], int]:
    units = course.units
    if choice.method == "two_way_repeated":
        donors = units[course.conditions[0]]
        cube = [[[course.values[c, t, u] for t in course.times] for c in course.conditions] for u in donors]
        return two_way_repeated(np.array(cube)), len(donors)
    members = [(index, c, u) for index, c in enumerate(course.conditions) for u in units[c]]
    table = np.array([[course.values[c, t, u] for t in course.times] for _, c, u in members])
    return mixed(table, np.array([index for index, _, _ in members])), len(members)


def _blocks(course: Course, choice: Choice) -> list[npt.NDArray[np.int64]]:
    """What a two-way analysis holds constant: donors in every condition, and plates where a time has several."""
    if choice is PLAIN:
        return []
    cells = sorted(course.values)
    held = [[unit for _, _, unit in cells]] if choice.is_donor_held else []
    plates: dict[float, set[str]] = {}
    for (_, time, _), block in course.blocks.items():
        plates.setdefault(time, set()).add(block)
    if any(len(some) > 1 for some in plates.values()):
        held.append([course.blocks[cell] for cell in cells])
    return [_codes(labels, sorted(set(labels))) for labels in held]


def _codes(labels: Sequence[Any], order: Sequence[Any]) -> npt.NDArray[np.int64]:
    place = {label: index for index, label in enumerate(order)}
    return np.array([place[label] for label in labels], dtype=np.int64)


def _two_way(course: Course, choice: Choice, role: str) -> Iterator[Fit]:
    note = _note(course, choice)
    if len(course.conditions) < TWO or len(course.times) < TWO:
        return
    if empty := course.empty():
        yield Fit(choice, role, note, _null(f"missing_cell: {named(empty)}"), len(course.values))
        return
    cells = sorted(course.values)
    values = np.array([course.values[cell] for cell in cells])
    conditions = _codes([c for c, _, _ in cells], course.conditions)
    times = _codes([t for _, t, _ in cells], course.times)
    blocks = _blocks(course, choice)
    note += "; donor held constant" if choice.is_donor_held else ""
    note += "; plates held constant" if len(blocks) > choice.is_donor_held else ""
    sizes = np.bincount(conditions * len(course.times) + times)
    kinds = (("III", role),) if len(set(sizes)) == 1 or role != "primary" else (("III", role), ("II", "sensitivity"))
    if len(set(sizes)) > 1:
        note += "; unequal n, so types II and III of sums of squares differ"
    for kind, kind_role in kinds:
        effects = two_way(values, conditions, times, sum_of_squares=kind, blocks=blocks)
        yield Fit(choice, kind_role, note, effects, len(values), kind)
