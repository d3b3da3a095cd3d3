"""What a person is asked about the group tests of a comparison: donors, pairs and factors that do not fit.

``given``: the parameters of a part of the analysis ``group_tests``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, Severity, warning
from tasks.methods.untested_pairs import untested

Given = Mapping[str, Any]
NO_FACTORIAL = {
    "not_two_factors": "the factors of the conditions compared are not two",
    "conditions_share_a_cell": "some conditions have the same levels of both factors",
    "empty_cell": "not every combination of levels has a condition with two values",
}
LISTED = 5  # cultures named in a message


def overlap_problems(given: Given, measured: Sequence[str], rows: pl.DataFrame) -> list[Problem]:
    """One warning where donors recur in some groups only; a culture whose value was lost is not called missing."""
    if not measured:
        return []
    what, remedy = "not all donors in all", "Complete the missing cultures, or"
    if lost := _lost(rows):
        donors = rows.group_by("condition").agg(pl.col("donor_id").unique().sort())["donor_id"].to_list()
        is_complete = all(d == donors[0] for d in donors)
        shown = ", ".join(lost[:LISTED]) + (f" and {len(lost) - LISTED} more" if len(lost) > LISTED else "")
        what = f"{'' if is_complete else 'not all donors in all, and '}not all have a value there: {shown}"
        remedy = "Measure what was lost again, or" if is_complete else "Measure what was lost and what is missing, or"
    return [
        Problem(
            Severity.WARNING,
            "samples.csv",
            f"comparison {given['comparison_id']}, experiment {given['experiment']}",
            ", ".join(sorted(set(measured))[:5]),
            "donors_overlap_partly",
            f"some donors of {given['assay']} occur in several conditions but {what}; "
            "so the groups were compared as independent although they partly are not",
            f"{remedy} write `design: blocked` under statistics to hold donors constant.",
        )
    ]


def untested_problems(given: Given, rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """One warning for all pairs that could not be tested."""
    told = untested(rows)
    if told is None:
        return []
    place = f"comparison {given['comparison_id']}, {given['assay']}, experiment {given['experiment']}"
    remedy = "Add cultures, or leave the conditions out in comparisons.csv."
    return [warning("samples.csv", place, "pairs_not_tested", told, remedy, given["assay"])]


def factor_problems(given: Given, rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """One warning where a two-way analysis was asked for and the conditions are no factorial."""
    reasons = {row["na_reason"] for row in rows if row["role"] == "primary" and row["method"] == "two_way_anova"}
    told = "; ".join(words for reason, words in NO_FACTORIAL.items() if reason in reasons)
    if not told:
        return []
    place = f"comparison {given['comparison_id']}, experiment {given['experiment']}"
    remedy = "Compare such conditions in comparisons.csv, or write `omnibus: one_way_anova`; pairs are tested anyway."
    return [warning("study.yaml", place, "no_factorial", f"no two-way analysis: {told}", remedy, "two_way_anova")]


def _lost(rows: pl.DataFrame) -> list[str]:
    """Cultures of the part without a value, with the reason."""
    no_value = pl.col("value").is_null() | ~pl.col("value").is_finite()
    gone = rows.filter(pl.col("is_excluded") | no_value).with_columns(
        why=pl.when("is_excluded").then(pl.lit("excluded")).otherwise(pl.col("na_reason").fill_null("no value"))
    )
    found = gone.select("sample_id", pl.col("why").str.replace_all("_", " ")).unique().sort("sample_id", "why")
    return [f"{sample} ({why})" for sample, why in found.iter_rows()]
