"""Which model a family of groups gets, and its results as rows of the test tables.

Families with the same layout (conditions, donors, blocks of their units) are fitted at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tasks.methods import group_model
from tasks.methods.biological_units import FAMILY

MIN_N = 2  # units a group needs to take part in a test
TWO_GROUPS = 2
STARS = ((0.0001, "****"), (0.001, "***"), (0.01, "**"), (0.05, "*"))

Row = dict[str, Any]
Family = tuple[Any, ...]


@dataclass(frozen=True)
class Question:
    """What a comparison asks: conditions in display order, pairs as (earlier, later), and how."""

    conditions: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    alpha: float
    design: str
    primary_time_h: float | None


@dataclass(frozen=True)
class Layout:
    """What the units of a family are, aside from their values; ``n_unit`` is what n counts."""

    n_unit: str
    conditions: tuple[str, ...]
    donors: tuple[str, ...]
    blocks: tuple[str, ...]
    is_averaged: bool


@dataclass(frozen=True)
class Model:
    """A model to fit: its role, the block factors held constant, and the words for both."""

    role: str
    blocks: tuple[tuple[str, ...], ...]
    omnibus: str
    pairwise: str
    effect: str
    note: str


def has_partial_overlap(layout: Layout) -> bool:
    """Whether some donors, but not all, recur across the groups."""
    groups = Counter(dict.fromkeys(zip(layout.conditions, layout.donors, strict=True), 1).keys())
    recurring = Counter(donor for _, donor in groups)
    return layout.n_unit == "donor" and max(recurring.values(), default=0) > 1 and not _is_complete(layout)


def _is_complete(layout: Layout) -> bool:
    donors: dict[str, set[str]] = {}
    for condition, donor in zip(layout.conditions, layout.donors, strict=True):
        donors.setdefault(condition, set()).add(donor)
    return len({frozenset(d) for d in donors.values()}) == 1


def models(layout: Layout, question: Question) -> list[Model]:
    """The primary model of a layout and, where that holds blocks constant, the plain one as published.

    Donors are a block if every donor occurs in every compared condition (``auto``) or the study
    says ``blocked``; plates or membranes are a block wherever units lie on different ones.
    """
    is_two = len(question.conditions) == TWO_GROUPS
    unit = (
        "n = donors"
        if layout.n_unit == "donor"
        else "n = cultures: a condition has one donor or donors are not stated, so the result speaks for these cells"
    )
    if layout.is_averaged:
        unit += "; several cultures of a donor are averaged first"
    factors: list[tuple[str, ...]] = []
    notes = []
    is_complete = _is_complete(layout)
    if layout.n_unit == "donor" and (question.design == "blocked" or (question.design == "auto" and is_complete)):
        factors.append(layout.donors)
        notes.append(
            "donor as block: every donor occurs in every group" if is_complete else "donor as incomplete block"
        )
    is_paired = bool(factors) and is_complete and is_two
    if len(set(layout.blocks)) > 1:
        factors.append(layout.blocks)
        is_paired = False
        notes.append("plate or membrane as block")
    plain = Model(
        role="as_published" if factors else "primary",
        blocks=(),
        omnibus="student_t" if is_two else "one_way_anova",
        pairwise="student_t" if is_two else "pooled_t",
        effect="cohen_d" if is_two else "eta_squared",
        note=f"{unit}; independent groups" + (", blocks ignored" if factors else ""),
    )
    if not factors:
        return [plain]
    test = "paired_t" if is_paired else "blocked_t"
    blocked = Model(
        role="primary",
        blocks=tuple(factors),
        omnibus=test if is_two else "randomised_block_anova",
        pairwise=test if is_two else "block_pooled_t",
        effect="cohen_dz" if is_paired else "partial_eta_squared",
        note="; ".join([unit, *notes]),
    )
    return [blocked, plain]


def stars(padj: float) -> str | None:
    """``ns``, ``*`` (< 0.05), ``**`` (< 0.01), ``***`` (< 0.001) or ``****`` (< 0.0001); null for NaN."""
    if np.isnan(padj):
        return None
    return next((mark for limit, mark in STARS if padj < limit), "ns")


def families(
    rows: pl.DataFrame, units: pl.DataFrame, question: Question
) -> dict[Layout, list[tuple[Family, list[float]]]]:
    """Families of measurements by layout, each with its units' values in the layout's order.

    Only groups with two units or more are laid out; a family without any has an empty layout.
    """
    order = {condition: index for index, condition in enumerate(question.conditions)}
    found: dict[Family, dict[str, list[Any]]] = {}
    n_units: dict[Family, str] = {}
    for known in rows.select(*FAMILY, "n_unit").unique().sort(*FAMILY).iter_rows():
        found[known[:-1]] = {}
        n_units[known[:-1]] = known[-1]
    for row in units.iter_rows(named=True):
        family = tuple(row[name] for name in FAMILY)
        found[family].setdefault(row["condition"], []).append(row)
    layouts: dict[Layout, list[tuple[Family, list[float]]]] = {}
    for family, groups in found.items():
        used = [r for c in sorted(groups, key=order.__getitem__) if len(groups[c]) >= MIN_N for r in groups[c]]
        layout = Layout(
            n_unit=n_units[family],
            conditions=tuple(r["condition"] for r in used),
            donors=tuple(r["donor_id"] for r in used),
            blocks=tuple(r["block"] for r in used),
            is_averaged=any(r["culture_count"] > 1 for r in used),
        )
        layouts.setdefault(layout, []).append((family, [r["value"] for r in used]))
    return layouts


def tests(
    layout: Layout,
    members: Sequence[tuple[Family, list[float]]],
    sizes: dict[tuple[Family, str], int],
    question: Question,
) -> Iterator[tuple[str, Row]]:
    """Rows of the omnibus (``group_tests``) and pairwise tables for all families of a layout.

    ``sizes``: units of each (family, condition), for groups too small to be tested as well.
    """
    present = [c for c in question.conditions if c in layout.conditions]
    codes = [present.index(c) for c in layout.conditions]
    values = np.array([v for _, v in members], dtype=np.float64).reshape(len(members), len(codes)).T
    for model in models(layout, question):
        fitted = group_model.fit(values, codes, model.blocks) if len(present) >= TWO_GROUPS else None
        yield from _omnibus_rows(model, fitted, members, (len(present), len(codes)), question)
        yield from _pair_rows(model, fitted, members, present, sizes, question)


def _common(model: Model, family: Family) -> Row:
    return dict(zip(FAMILY, family, strict=True)) | {"role": model.role}


def _note(model: Model, family: Family, question: Question) -> str:
    time_h = family[FAMILY.index("time_h")]
    if question.primary_time_h is None or time_h is None or time_h == question.primary_time_h:
        return model.note
    return f"{model.note}; exploratory: {question.primary_time_h:g} h is the confirmatory time"


def _omnibus_rows(
    model: Model,
    fitted: group_model.GroupFit | None,
    members: Sequence[tuple[Family, list[float]]],
    counts: tuple[int, int],
    question: Question,
) -> Iterator[tuple[str, Row]]:
    is_two = len(question.conditions) == TWO_GROUPS
    whole = group_model.omnibus(fitted) if fitted else None
    pair = group_model.pair(fitted, 0, 1, family_size=1, alpha=question.alpha) if fitted and is_two else None
    for index, (family, _) in enumerate(members):
        row = _common(model, family) | {
            "method": model.omnibus,
            "group_count": counts[0],
            "n": counts[1],
            "effect_name": model.effect,
            "design_note": _note(model, family, question),
            "na_reason": "fewer_than_two_groups",
        }
        if fitted and whole:
            row |= {"df1": float(fitted.df_group), "df2": float(fitted.df_residual)}
            row |= {"statistic": whole.statistic[index], "pvalue": whole.pvalue[index]}
            row |= {"effect_size": whole.eta_squared[index], "na_reason": whole.na_reason[index]}
        if fitted and pair:
            t = pair.statistic[index]
            effects = {
                "cohen_d": pair.difference[index] / np.sqrt(fitted.mean_square[index]),
                "cohen_dz": t / np.sqrt(counts[1] / 2),
            }
            row |= {"statistic": t, "pvalue": pair.pvalue[index], "na_reason": pair.na_reason[index]}
            row["effect_size"] = effects.get(model.effect, row["effect_size"])
        yield "group_tests", row


def _pair_rows(
    model: Model,
    fitted: group_model.GroupFit | None,
    members: Sequence[tuple[Family, list[float]]],
    present: Sequence[str],
    sizes: dict[tuple[Family, str], int],
    question: Question,
) -> Iterator[tuple[str, Row]]:
    size = len(question.pairs)
    for a, b in question.pairs:
        pair = None
        if fitted and a in present and b in present:
            pair = group_model.pair(fitted, present.index(a), present.index(b), family_size=size, alpha=question.alpha)
        for index, (family, _) in enumerate(members):
            n_a, n_b = (sizes.get((family, c), 0) for c in (a, b))
            row = _common(model, family) | {
                "group_a": a,
                "group_b": b,
                "n_a": n_a,
                "n_b": n_b,
                "method": model.pairwise,
                "correction": "bonferroni" if size > 1 else "none",
                "family_size": size,
                "na_reason": "missing_group" if min(n_a, n_b) == 0 else "n_below_2",
            }
            if fitted and pair:
                difference = pair.difference[index]
                row |= {"mean_difference": difference, "df": float(fitted.df_residual)}
                row |= {"ratio": float(2**difference) if row["scale"] == "log2" else None}
                row |= {"ci_low": pair.ci_low[index], "ci_high": pair.ci_high[index]}
                row |= {"statistic": pair.statistic[index], "pvalue": pair.pvalue[index], "padj": pair.padj[index]}
                row |= {"stars": stars(float(pair.padj[index])), "na_reason": pair.na_reason[index]}
            yield "pairwise_tests", row
