"""Group tests at the bench: one-way ANOVA with Bonferroni, t-tests, and their randomised-block forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import polars as pl

from schemas.base import Table
from schemas.errors import Problem, Severity, warning
from schemas.study import ComparisonRow, Study
from schemas.tables.group_summaries import GroupSummary
from schemas.tables.group_tests import GroupTest
from schemas.tables.pairwise_tests import PairwiseTest
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.biological_units import FAMILY, biological_units, group_summaries, with_unit
from tasks.methods.group_tests import TWO_GROUPS, Question, families, has_partial_overlap, tests
from tasks.methods.result_frames import result_frame
from tasks.methods.untested_pairs import untested

READS = "result.measurements"
TABLES: dict[str, type[Table]] = {"group_tests": GroupTest, "pairwise_tests": PairwiseTest}
SUMMARIES = "result.group_summaries"
NOT_BUILT = {
    "omnibus": ("welch_anova", "kruskal", "friedman", "two_way_anova"),
    "posthoc": ("holm", "tukey", "dunnett", "games_howell", "dunn", "none"),
}
LISTED = 5  # cultures named in a message
BUILT = {"omnibus": "one_way_anova", "posthoc": "bonferroni"}


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per comparison, assay and experiment that has measurements; experiments are never pooled."""
    seen = slices[READS]
    skip = _not_built(study)
    found = []
    for comparison in study.comparisons or (ComparisonRow(id="all"),):
        measured = seen.filter(
            (pl.lit(value=comparison.assays == ["*"]) | pl.col("assay").is_in(comparison.assays))
            & (pl.lit(value=comparison.experiment == "*") | (pl.col("experiment") == comparison.experiment))
        )
        groups = measured.select("assay", "experiment").unique().sort("assay", "experiment").rows()
        found += [
            _part(study, comparison, assay, experiment, measured, comparison.problem or skip)
            for assay, experiment in groups
        ]
        absent = [a for a in comparison.assays if a != "*" and a not in {assay for assay, _ in groups}]
        where = "" if comparison.experiment == "*" else f" in experiment {comparison.experiment!r}"
        found += [
            Part(f"{comparison.id}, {assay}", skip=comparison.problem or f"nothing was measured by {assay}{where}")
            for assay in absent
        ]
    return found


def _not_built(study: Study) -> str | None:
    for key, built in BUILT.items():
        name = getattr(study.config.statistics, key)
        if name in NOT_BUILT[key]:
            return f"statistics.{key} {name} is not built yet; {built} is"
        if name != built:
            return f"statistics.{key} {name!r} is not known; write one of {', '.join((built, *NOT_BUILT[key]))}"
    return None


def _part(
    study: Study, comparison: ComparisonRow, assay: str, experiment: str, measured: pl.DataFrame, skip: str | None
) -> Part:
    here = measured.filter((pl.col("assay") == assay) & (pl.col("experiment") == experiment))
    present = set(here["condition"])
    conditions = [
        c
        for c in study.config.condition_ids
        if c in (present if comparison.conditions == ["*"] else comparison.conditions)
    ]
    pairs = _pairs(comparison.pairs, conditions)
    if not skip and len(conditions) < TWO_GROUPS:
        skip = f"only {', '.join(conditions) or 'no condition'} was measured by {assay} in experiment {experiment!r}"
    where: dict[str, tuple[Any, ...]] = {
        "assay": (assay,),
        "experiment": (experiment,),
        "condition": tuple(conditions),
    }
    if comparison.time_h is not None:
        where["time_h"] = (comparison.time_h,)
    options = study.config.statistics
    parameters = {
        "comparison_id": comparison.id,
        "assay": assay,
        "experiment": experiment,
        "conditions": conditions,
        "pairs": pairs,
        "alpha": options.alpha,
        "design": options.design,
        "primary_time_h": options.primary_time_h,
    }
    return Part(f"{comparison.id}, {assay}, {experiment}", {READS: where}, parameters, skip)


def _pairs(wanted: Sequence[str], conditions: Sequence[str]) -> list[list[str]]:
    """Pairs in display order, the earlier condition first."""
    if list(wanted) == ["all"]:
        return [list(pair) for pair in combinations(conditions, 2)]
    if list(wanted) == ["reference"]:
        return [[conditions[0], other] for other in conditions[1:]]
    named = {frozenset(pair.split(">")) for pair in wanted}
    return [list(pair) for pair in combinations(conditions, 2) if frozenset(pair) in named]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Summarise and test every family (measure, target, time) of the part."""
    given = part.parameters
    rows = with_unit(frames[READS].sort("measure", "target", "time_h", "sample_id", "block_id"))
    units = biological_units(rows)
    times = frames[READS]["time_h"].drop_nulls().unique().sort().to_list()
    primary = given["primary_time_h"] if given["primary_time_h"] is not None else max(times, default=None)
    question = Question(
        conditions=tuple(given["conditions"]),
        pairs=tuple((a, b) for a, b in given["pairs"]),
        alpha=given["alpha"],
        design=given["design"],
        primary_time_h=primary if len(times) > 1 else None,
    )
    names = pl.struct(*FAMILY, "condition")
    sizes = Counter(
        (tuple(r[f] for f in FAMILY), r["condition"]) for r in units.select(names.alias("k"))["k"].to_list()
    )
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    overlap = []
    for layout, members in families(rows, units, question).items():
        for table, row in tests(layout, members, sizes, question):
            found[table].append(row | {k: given[k] for k in ("comparison_id", "assay", "experiment")})
        if question.design == "auto" and has_partial_overlap(layout):
            overlap += [" ".join(str(x) for x in (f[0], f[1]) if x) for f, _ in members]
    about = [pl.lit(given[k]).alias(k) for k in ("comparison_id", "assay", "experiment")]
    summaries = group_summaries(rows, units, question.conditions).with_columns(about)
    frames_out = {SUMMARIES: result_frame(summaries, GroupSummary)} | {
        f"result.{name}": _finite(result_frame(found[name], table)) for name, table in TABLES.items()
    }
    problems = [*_overlap_problems(part, overlap, rows), *_untested_problems(part, found["pairwise_tests"])]
    return Computed(frames_out, tuple(problems))


def _finite(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def _overlap_problems(part: Part, measured: Sequence[str], rows: pl.DataFrame) -> list[Problem]:
    """One warning where donors recur in some groups only; a culture whose value was lost is not called missing."""
    if not measured:
        return []
    given = part.parameters
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


def _untested_problems(part: Part, rows: Sequence[Mapping[str, Any]]) -> list[Problem]:
    told, given = untested(rows), part.parameters
    if told is None:
        return []
    place = f"comparison {given['comparison_id']}, {given['assay']}, experiment {given['experiment']}"
    remedy = "Add cultures, or leave the conditions out in comparisons.csv."
    return [warning("samples.csv", place, "pairs_not_tested", told, remedy, given["assay"])]


def _lost(rows: pl.DataFrame) -> list[str]:
    """Cultures of the part without a value, with the reason."""
    no_value = pl.col("value").is_null() | ~pl.col("value").is_finite()
    gone = rows.filter(pl.col("is_excluded") | no_value).with_columns(
        why=pl.when("is_excluded").then(pl.lit("excluded")).otherwise(pl.col("na_reason").fill_null("no value"))
    )
    found = gone.select("sample_id", pl.col("why").str.replace_all("_", " ")).unique().sort("sample_id", "why")
    return [f"{sample} ({why})" for sample, why in found.iter_rows()]


ANALYSIS = Analysis(
    name="group_tests",
    reads={READS: ("assay", "experiment", "condition", "time_h")},
    writes=(*(f"result.{name}" for name in TABLES), SUMMARIES),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
