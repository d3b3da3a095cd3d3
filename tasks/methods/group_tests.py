"""Results of planned tests as rows of the test tables.

Families with the same layout (conditions, donors, blocks of their units) are tested at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tasks.methods import group_model
from tasks.methods.assumption_rows import check_rows
from tasks.methods.biological_units import FAMILY
from tasks.methods.group_families import Family, Member
from tasks.methods.group_procedures import corrected, pair_effect, pair_tests, whole_effect, whole_tests
from tasks.methods.group_results import Floats, Omnibus, Pair
from tasks.methods.group_test_plans import TWO_GROUPS, Layout, Plan, Question, plans
from tasks.methods.pvalue_text import stars

PERCENT_EDGES = (10.0, 90.0)  # percentages beyond are also tested as logits

Row = dict[str, Any]


def tests(
    layout: Layout, members: Sequence[Member], sizes: Mapping[tuple[Family, str], int], question: Question
) -> Iterator[tuple[str, Row]]:
    """Rows of ``group_tests``, ``pairwise_tests`` and ``assumption_checks`` for all families of a layout.

    ``sizes``: units of each (family, condition), for groups too small to be tested as well. Log2
    families are also tested on the raw scale, as published; percentages below 10 or above 90 as logits.
    """
    planned = plans(layout, question)
    for plan in planned:
        yield from _rows(plan, layout, members, sizes, question)
    scale = FAMILY.index("scale")
    if logs := [m for m in members if m.family[scale] == "log2"]:
        plain = next((p for p in planned if p.role == "as_published"), planned[0])
        note = f"{plain.note}; on the raw scale, as often published: means of ratios and skewed spreads"
        raw = [replace(m, values=tuple(np.exp2(m.values).tolist())) for m in logs]
        yield from _rows(replace(plain, role="as_published", scale="raw", note=note), layout, raw, sizes, question)
    low, high = PERCENT_EDGES
    extreme = [m for m in members if m.is_percent and any(v < low or v > high for v in m.values)]
    if extreme and "logit" in question.sensitivity:
        logit = replace(
            planned[0], role="sensitivity", scale="logit", note=f"{planned[0].note}; logit of the percentage"
        )
        for can, plan in ((True, logit), (False, replace(logit, refusal="value_at_0_or_100"))):
            some = [m for m in extreme if all(0 < v < 100 for v in m.values) == can]  # noqa: PLR2004 -- percent
            odds = [replace(m, values=_logits(m.values) if can else m.values) for m in some]
            yield from _rows(plan, layout, odds, sizes, question)
    for row in check_rows(layout, members, planned[0], question):
        yield "assumption_checks", row


def _logits(percent: Sequence[float]) -> tuple[float, ...]:
    share = np.array(percent) / 100
    return tuple(np.log(share / (1 - share)).tolist())


def _rows(
    plan: Plan,
    layout: Layout,
    members: Sequence[Member],
    sizes: Mapping[tuple[Family, str], int],
    question: Question,
) -> Iterator[tuple[str, Row]]:
    if not members:
        return
    present = [c for c in question.conditions if c in layout.conditions]
    values = np.array([m.values for m in members], dtype=np.float64).reshape(len(members), -1).T
    refusal = plan.refusal or (None if len(present) >= TWO_GROUPS else "fewer_than_two_groups")
    if plan.omnibus is not None:
        yield from _omnibus_rows(plan, values, layout, present, members, question, refusal)
    yield from _pair_rows(plan, values, layout, present, members, sizes, question)


def _family_row(plan: Plan, member: Member) -> Row:
    row = dict(zip(FAMILY, member.family, strict=True)) | {"role": plan.role}
    return row | ({"scale": plan.scale} if plan.scale else {})


def _note(plan: Plan, member: Member, question: Question, least: float) -> str:
    note = plan.note
    if not np.isnan(least):
        note += "; exact p" + (f"; cannot reach {question.alpha:g} at this n" if least >= question.alpha else "")
    if _is_confirmatory(member, question) is not False:
        return note
    return f"{note}; exploratory: {question.primary_time_h:g} h is the confirmatory time"


def _is_confirmatory(member: Member, question: Question) -> bool | None:
    """Whether the family's time is the one that the study decides by; null where there is one time only."""
    time_h = member.family[FAMILY.index("time_h")]
    return None if question.primary_time_h is None or time_h is None else bool(time_h == question.primary_time_h)


def _omnibus_rows(
    plan: Plan,
    values: Floats,
    layout: Layout,
    present: Sequence[str],
    members: Sequence[Member],
    question: Question,
    refusal: str | None,
) -> Iterator[tuple[str, Row]]:
    nothing = np.full(len(members), np.nan)
    found: list[tuple[str | None, Omnibus, Floats]] = [(None, Omnibus.undefined(len(members), str(refusal)), nothing)]
    if refusal is None:
        found = whole_tests(plan, values, layout.conditions, present, question)
    for term, test, unit in found:
        effect = whole_effect(plan, test, unit, question.alpha)
        for index, member in enumerate(members):
            least = float(test.least_pvalue[index])
            yield (
                "group_tests",
                _family_row(plan, member)
                | {
                    "method": plan.omnibus,
                    "term": term,
                    "group_count": len(present),
                    "n": len(layout.conditions),
                    "statistic": test.statistic[index],
                    "df1": test.df1[index],
                    "df2": test.df2[index],
                    "pvalue": test.pvalue[index],
                    "effect_name": effect.name,
                    "effect_size": effect.size[index],
                    "effect_ci_low": effect.low[index],
                    "effect_ci_high": effect.high[index],
                    "omega_squared": effect.omega[index],
                    "cannot_reach_alpha": _cannot_reach(test.pvalue[index], least, question),
                    "design_note": _note(plan, member, question, least),
                    "na_reason": test.na_reason[index],
                },
            )


def _cannot_reach(pvalue: float, least: float, question: Question) -> bool | None:
    return None if np.isnan(pvalue) else bool(least >= question.alpha)


def _pair_rows(
    plan: Plan,
    values: Floats,
    layout: Layout,
    present: Sequence[str],
    members: Sequence[Member],
    sizes: Mapping[tuple[Family, str], int],
    question: Question,
) -> Iterator[tuple[str, Row]]:
    codes = [present.index(c) for c in layout.conditions]
    can = [(a, b) for a, b in question.pairs if a in present and b in present]
    coded = [(present.index(a), present.index(b)) for a, b in can]
    if plan.refusal:
        found = [Pair.undefined(len(members), plan.refusal) for _ in coded]
    else:
        found = pair_tests(plan, values, codes, coded) if coded else []
    correlation = None
    if plan.correction == "dunnett" and found:
        correlation = group_model.correlation(group_model.fit(values, codes, plan.blocks), coded)
    size = len(question.pairs)
    done = corrected(
        plan, found, groups=len(present), alpha=question.alpha, family_size=size, correlation=correlation
    ) if found else None  # fmt: skip
    for a, b in question.pairs:
        at = can.index((a, b)) if (a, b) in can else None
        effect = pair_effect(plan, found[at], question.alpha) if at is not None else None
        for index, member in enumerate(members):
            n_a, n_b = (sizes.get((member.family, c), 0) for c in (a, b))
            row = _family_row(plan, member) | {
                "group_a": a,
                "group_b": b,
                "n_a": n_a,
                "n_b": n_b,
                "method": plan.pairwise,
                "correction": plan.correction,
                "is_confirmatory": _is_confirmatory(member, question),
                "family_size": done.family_size if done else size,
                "na_reason": "missing_group" if min(n_a, n_b) == 0 else "n_below_2",
            }
            if at is not None and done and effect:
                pair, padj = found[at], float(done.padj[at, index])
                is_log = row["scale"] == "log2" and not np.isnan(pair.difference[index])
                row |= {
                    "mean_difference": pair.difference[index],
                    "ratio": float(2 ** pair.difference[index]) if is_log else None,
                    "ci_low": done.ci_low[at, index],
                    "ci_high": done.ci_high[at, index],
                    "statistic": pair.statistic[index],
                    "df": pair.df[index],
                    "pvalue": pair.pvalue[index],
                    "padj": padj,
                    "stars": stars(padj),
                    "cohen_d": pair.statistic[index] * pair.unit[index],
                    "effect_name": effect.name,
                    "effect_size": effect.size[index],
                    "effect_ci_low": effect.low[index],
                    "effect_ci_high": effect.high[index],
                    "cannot_reach_alpha": _cannot_reach(padj, float(done.least[at, index]), question),
                    "na_reason": pair.na_reason[index],
                }
            yield "pairwise_tests", row
