"""Group tests at the bench: analyses of variance, t-tests and rank tests with their pairwise comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import polars as pl

from schemas.base import Table
from schemas.sheets import ComparisonRow
from schemas.study import Study
from schemas.tables.assumption_checks import AssumptionCheck
from schemas.tables.group_summaries import GroupSummary
from schemas.tables.group_tests import GroupTest
from schemas.tables.pairwise_tests import PairwiseTest
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.biological_units import FAMILY, biological_units, group_summaries, with_unit
from tasks.methods.group_families import families
from tasks.methods.group_test_plans import TWO_GROUPS, Question, has_partial_overlap
from tasks.methods.group_test_problems import factor_problems, overlap_problems, untested_problems
from tasks.methods.group_tests import tests
from tasks.methods.letter_display import letters
from tasks.methods.put_back import listed, put_back
from tasks.methods.result_frames import result_frame

READS, READMITTED = "result.measurements", "result.readmitted_measurements"
BY = ("assay", "experiment", "condition", "time_h")
ROLE, PUT_BACK = "including_excluded", "put_back"
TABLES: dict[str, type[Table]] = {
    "group_tests": GroupTest,
    "pairwise_tests": PairwiseTest,
    "assumption_checks": AssumptionCheck,
}
SUMMARIES = "result.group_summaries"


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per comparison, assay and experiment that has measurements; experiments are never pooled."""
    seen = slices[READS]
    found = []
    for comparison in study.comparisons or (ComparisonRow(id="all"),):
        measured = seen.filter(
            (pl.lit(value=comparison.assays == ["*"]) | pl.col("assay").is_in(comparison.assays))
            & (pl.lit(value=comparison.experiment == "*") | (pl.col("experiment") == comparison.experiment))
        )
        groups = measured.select("assay", "experiment").unique().sort("assay", "experiment").rows()
        found += [
            _part(study, comparison, assay, experiment, measured, comparison.problem) for assay, experiment in groups
        ]
        absent = [a for a in comparison.assays if a != "*" and a not in {assay for assay, _ in groups}]
        where = "" if comparison.experiment == "*" else f" in experiment {comparison.experiment!r}"
        found += [
            Part(f"{comparison.id}, {assay}", skip=comparison.problem or f"nothing was measured by {assay}{where}")
            for assay in absent
        ]
    return found


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
    options = study.config.statistics
    pairs = _pairs(comparison.pairs, conditions, has_control=options.posthoc == "dunnett")
    if not skip and len(conditions) < TWO_GROUPS:
        skip = f"only {', '.join(conditions) or 'no condition'} was measured by {assay} in experiment {experiment!r}"
    where: dict[str, tuple[Any, ...]] = {
        "assay": (assay,),
        "experiment": (experiment,),
        "condition": tuple(conditions),
    }
    if comparison.time_h is not None:
        where["time_h"] = (comparison.time_h,)
    if not skip and options.posthoc == "dunnett" and not set.intersection(*map(set, pairs)):
        skip = "Dunnett's test compares groups with one control, but the pairs have none in common; name such pairs"
    named = {c.id: c.factors for c in study.config.conditions}
    parameters = {
        "comparison_id": comparison.id,
        "assay": assay,
        "experiment": experiment,
        "conditions": conditions,
        "pairs": pairs,
        "alpha": options.alpha,
        "design": options.design,
        "primary_time_h": options.primary_time_h,
        "omnibus": options.omnibus,
        "posthoc": options.posthoc,
        "two_groups": options.two_groups,
        "sensitivity": options.sensitivity,
        "factors": {c: dict(named.get(c, {})) for c in conditions} if options.omnibus == "two_way_anova" else {},
    }
    return Part(f"{comparison.id}, {assay}, {experiment}", {READS: where, READMITTED: where}, parameters, skip)


def _pairs(wanted: Sequence[str], conditions: Sequence[str], *, has_control: bool) -> list[list[str]]:
    """Pairs in display order, the earlier condition first; with a control, all pairs are those with the first."""
    if list(wanted) == ["all"] and not has_control:
        return [list(pair) for pair in combinations(conditions, 2)]
    if list(wanted) in (["reference"], ["all"]):
        return [[conditions[0], other] for other in conditions[1:]]
    named = {frozenset(pair.split(">")) for pair in wanted}
    return [list(pair) for pair in combinations(conditions, 2) if frozenset(pair) in named]


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Summarise and test every family (measure, target, time) of the part."""
    given = part.parameters
    measured = frames[READS].sort("measure", "target", "time_h", "sample_id", "block_id")
    rows = with_unit(measured.with_columns(unit_of_value="unit"))
    units = biological_units(rows)
    times = frames[READS]["time_h"].drop_nulls().unique().sort().to_list()
    primary = given["primary_time_h"] if given["primary_time_h"] is not None else max(times, default=None)
    question = Question(
        conditions=tuple(given["conditions"]),
        pairs=tuple((a, b) for a, b in given["pairs"]),
        alpha=given["alpha"],
        design=given["design"],
        primary_time_h=primary if len(times) > 1 else None,
        omnibus=given["omnibus"],
        posthoc=given["posthoc"],
        two_groups=given["two_groups"],
        sensitivity=tuple(given["sensitivity"]),
        factors=given["factors"],
    )
    sizes = _sizes(units)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    overlap = []
    for layout, members in families(rows, units, question).items():
        for table, row in tests(layout, members, sizes, question):
            found[table].append(row | {k: given[k] for k in ("comparison_id", "assay", "experiment")})
        if question.design == "auto" and has_partial_overlap(layout):
            overlap += [" ".join(str(x) for x in m.family[:2] if x) for m in members]
    about = [pl.lit(given[k]).alias(k) for k in ("comparison_id", "assay", "experiment")]
    summaries = group_summaries(rows, units, question.conditions).with_columns(about)
    whole = with_unit(put_back(measured, frames[READMITTED], FAMILY).with_columns(unit_of_value="unit"))
    for table, row in _with_excluded(whole, question):
        found[table].append(row | {k: given[k] for k in ("comparison_id", "assay", "experiment")})
    summaries = summaries.join(
        _summaries_with_excluded(whole, question), on=[*FAMILY, "condition"], how="left", nulls_equal=True
    )
    summaries = _with_letters(summaries, found["pairwise_tests"], question)
    frames_out = {SUMMARIES: result_frame(summaries, GroupSummary)} | {
        f"result.{name}": _finite(result_frame(found[name], table)) for name, table in TABLES.items()
    }
    problems = [
        *overlap_problems(part.parameters, overlap, rows),
        *untested_problems(part.parameters, found["pairwise_tests"]),
        *factor_problems(part.parameters, found["group_tests"]),
    ]
    return Computed(frames_out, tuple(problems))


def _sizes(units: pl.DataFrame) -> Counter[tuple[tuple[Any, ...], str]]:
    """Units of each family and condition."""
    names = pl.struct(*FAMILY, "condition").alias("k")
    return Counter((tuple(r[f] for f in FAMILY), r["condition"]) for r in units.select(names)["k"].to_list())


def _with_excluded(whole: pl.DataFrame, question: Question) -> Iterator[tuple[str, dict[str, Any]]]:
    """The primary tests of families in which something is left out, as they are with it.

    The design is chosen anew, as it would have been: with the culture back donors may be complete.
    """
    units = biological_units(whole)
    named: dict[tuple[Any, ...], str] = {
        family: listed(rows[PUT_BACK]) for family, rows in whole.partition_by(FAMILY, as_dict=True).items()
    }
    sizes = _sizes(units)
    for layout, members in families(whole, units, question).items():
        for table, row in tests(layout, members, sizes, question):
            if table != "assumption_checks" and row["role"] == "primary":
                what = named[tuple(row[f] for f in FAMILY)]
                note = {"design_note": f"{row['design_note']}; put back: {what}"} if "design_note" in row else {}
                yield table, row | note | {"role": ROLE, PUT_BACK: what}


def _summaries_with_excluded(whole: pl.DataFrame, question: Question) -> pl.DataFrame:
    found = group_summaries(whole, biological_units(whole), question.conditions)
    wanted = [pl.col(name).alias(f"{name}_including_excluded") for name in ("n", "mean", "sd")]
    return found.select(*FAMILY, "condition", *wanted)


def _with_letters(summaries: pl.DataFrame, pairs: Sequence[Mapping[str, Any]], question: Question) -> pl.DataFrame:
    """Add the compact letter display of the primary pairwise tests to the groups of each family."""
    differs: dict[tuple[Any, ...], dict[tuple[str, str], bool | None]] = {}
    for row in pairs:
        if row["role"] == "primary":
            padj = row.get("padj")
            is_known = padj is not None and padj == padj  # noqa: PLR0124 -- NaN is not itself
            result = padj < question.alpha if padj is not None and is_known else None
            differs.setdefault(tuple(row[f] for f in FAMILY), {})[row["group_a"], row["group_b"]] = result
    schema = {name: summaries.schema[name] for name in (*FAMILY, "condition")} | {"letters": pl.String()}
    found = [
        (*family, condition, shown)
        for family, tested in differs.items()
        for condition, shown in (letters(question.conditions, tested) or {}).items()
    ]
    display = pl.DataFrame(found, schema=schema, orient="row")
    return summaries.join(display, on=[*FAMILY, "condition"], how="left", nulls_equal=True)


def _finite(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


ANALYSIS = Analysis(
    name="group_tests",
    reads={READS: BY, READMITTED: BY},
    writes=(*(f"result.{name}" for name in TABLES), SUMMARIES),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
