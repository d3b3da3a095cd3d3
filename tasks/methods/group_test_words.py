"""The words of a caption about groups: n, tests, corrections, and what stars mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tasks.methods.group_pictures import METHODS, title_of
from tasks.methods.pvalue_text import pvalue_phrase

STARS = "* p < 0.05, ** p < 0.01, *** p < 0.001, **** p < 0.0001, corrected"
CORRECTIONS = {
    "bonferroni": "Bonferroni",
    "holm": "Holm",
    "tukey": "Tukey",
    "dunnett": "Dunnett",
    "games_howell": "Games-Howell",
    "none": "no correction",
}
COURSES = {
    "two_way_repeated": "two-way repeated-measures ANOVA within donors",
    "mixed": "mixed ANOVA, time within cultures",
    "two_way": "two-way ANOVA, other cultures or plates at every time",
}


def n_words(groups: pl.DataFrame, given: Mapping[str, Any]) -> str:
    """How many units each group has: ``n = 3 donors in each group``, or each group's own."""
    unit = f"{groups['n_unit'][0]}s"
    sizes = groups.group_by("condition", maintain_order=True).agg(pl.col("n").min(), most=pl.col("n").max())
    if groups["n"].n_unique() == 1:
        return f"n = {groups['n'][0]} {unit} in each group"
    labels = {c[0]: c[1] for c in given["conditions"]}
    each = [
        f"{labels[condition]} {least}" + ("" if least == most else f" to {most}")
        for condition, least, most in sizes.iter_rows()
    ]
    return f"n ({unit}): {', '.join(each)}"


def omnibus_words(tests: pl.DataFrame, panels: Sequence[Sequence[Any]]) -> str:
    """The omnibus test of each panel with its p-value; empty where there is none beyond the pair itself."""
    found: dict[str, list[str]] = {}
    for measure, target, *_ in panels:
        mine = tests.filter((pl.col("measure") == measure) & (pl.col("target") == target))
        for row in mine.sort("time_h").iter_rows(named=True):
            name = title_of(measure, target) if len(panels) > 1 else ""
            at = f"{row['time_h']:g} h" if mine.height > 1 else ""
            what = " ".join(w for w in (name, at) if w)
            value = pvalue_phrase(row["pvalue"]) if row["pvalue"] is not None else f"not tested ({_reason(row)})"
            found.setdefault(METHODS.get(row["method"], row["method"].replace("_", " ")), []).append(
                f"{what} {value}".strip()
            )
    return "; ".join(f"{method}: {', '.join(values)}" for method, values in found.items())


def course_words(tests: pl.DataFrame, panels: Sequence[Sequence[Any]]) -> str:
    """The primary test over the whole time course of each panel: do conditions differ, and do their curves in shape.

    ``tests``: rows of ``result.time_course_tests``. P-values are Greenhouse–Geisser's where something is repeated;
    empty without a test.
    """
    found = []
    for measure, target, *_ in panels:
        rows = tests.filter(measure=measure, target=target, role="primary")
        effects = {row["effect"]: row for row in rows.iter_rows(named=True)}
        if not {"condition", "condition:time"} <= effects.keys():
            continue
        whole, shape = effects["condition"], effects["condition:time"]
        name = f"{title_of(measure, target)}: " if len(panels) > 1 else ""
        if whole["statistic"] is None and shape["statistic"] is None:
            found.append(f"{name}not tested ({_reason(whole)})")
            continue
        how = COURSES[whole["method"]]
        if shape["pvalue_gg"] is not None:
            how += f", Greenhouse–Geisser ε = {shape['epsilon_gg']:.2f} for condition × time"
        found.append(
            f"{name}conditions over all times {_course_pvalue(whole)}, condition × time (curves that differ in shape) "
            f"{_course_pvalue(shape)} ({how})"
        )
    return f"Whole course: {'; '.join(found)}." if found else ""


def _course_pvalue(row: Mapping[str, Any]) -> str:
    if row["statistic"] is None:
        return f"not tested ({_reason(row)})"
    return pvalue_phrase(row["pvalue"] if row["pvalue_gg"] is None else row["pvalue_gg"])


def pair_words(pairs: pl.DataFrame) -> str:
    """The tests of pairs with their correction and its family; and why pairs have no p-value."""
    if pairs.is_empty():
        return "No pair was tested."
    kinds = pairs.select("method", "correction", "family_size").unique().sort(pl.all())
    words = []
    for (method, correction), rows in kinds.partition_by(
        "method", "correction", as_dict=True, maintain_order=True
    ).items():
        sizes = sorted(set(rows["family_size"]))
        family = " or ".join(str(s) for s in sizes)
        how = CORRECTIONS.get(correction, correction)
        over = (
            "" if correction == "none" else f" over {family} pair{'' if sizes == [1] else 's'} of a quantity at a time"
        )
        words.append(f"{METHODS.get(method, method.replace('_', ' '))}, two-sided, {how}{over}")
    text = f"Pairs: {'; '.join(words)}."
    lost = pairs.filter(pl.col("padj").is_null())
    if lost.height:
        reasons = sorted({_reason(row) for row in lost.iter_rows(named=True)})
        text += f" {lost.height} of {pairs.height} pairs could not be tested ({'; '.join(reasons)})."
    return text


def _reason(row: Mapping[str, Any]) -> str:
    return str(row["na_reason"] or "no reason given").replace("_", " ")
