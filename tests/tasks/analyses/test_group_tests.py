from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from schemas.base import columns
from schemas.bench_options import Condition, Statistics
from schemas.polars_schema import schema
from schemas.sheets import ComparisonRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.measurements import Measurement
from schemas.tables.readmitted_measurements import ReadmittedMeasurement
from tasks.analyses.group_tests import ANALYSIS
from tasks.contracts import Computed

Row = dict[str, Any]
SCHEMA = {c.name: c.dtype for c in columns(Measurement)}
CONDITIONS = ("control", "il1b", "usc", "exo")


def study(*comparisons: ComparisonRow, **statistics: object) -> Study:
    config = StudyYaml(
        study_id="s", conditions=[Condition(id=c) for c in CONDITIONS], statistics=Statistics.model_validate(statistics)
    )
    return Study(config=config, samples=(SampleRow(sample="x", condition="control"),), comparisons=comparisons)


def measurement(condition: str, replicate: int, value: float | None, **more: object) -> Row:
    row: Row = {"study_id": "s", "run_id": "r", "experiment": "main", "assay": "qpcr", "measure": "expression"}
    row |= {"target": "ACAN", "sample_id": f"{condition}{replicate}", "donor_id": "line", "condition": condition}
    row |= {"value": value, "scale": "log2", "unit": "fold", "technical_n": 3, "is_excluded": False}
    return row | more


def computed(rows: list[Row], about: Study | None = None, back: pl.DataFrame | None = None) -> list[Computed]:
    frame = pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA)
    back = pl.DataFrame(schema=schema(ReadmittedMeasurement)) if back is None else back
    about = about or study()
    slices = {"result.measurements": frame.select(ANALYSIS.reads["result.measurements"]).unique()}
    found = []
    for part in ANALYSIS.parts(about, slices):
        assert part.skip is None
        kept = frame
        for column, values in part.where["result.measurements"].items():
            kept = kept.filter(pl.col(column).is_in(list(values), nulls_equal=True))
        found.append(ANALYSIS.run(part, {"result.measurements": kept, "result.readmitted_measurements": back}))
    return found


def rows_of(done: Computed, table: str, **where: object) -> list[Row]:
    if table in ("group_tests", "pairwise_tests"):
        where = {"role": "primary"} | where
    return [r for r in done.frames[f"result.{table}"].to_dicts() if all(r[k] == v for k, v in where.items())]


def test_the_r_reference_of_three_groups_comes_out_with_stars_and_ratio(shared: Path) -> None:
    names = {"IL1b": "il1b", "USC": "usc", "EXO": "exo"}
    with gzip.open(shared / "reference" / "stats_oneway_3x3.csv.gz", "rt") as stream:
        table = list(csv.DictReader(stream))
    rows = [measurement(names[r["group"]], i, float(r["value"])) for i, r in enumerate(table)]
    (done,) = computed(rows)
    pairs = {(r["group_a"], r["group_b"]): r for r in rows_of(done, "pairwise_tests")}
    assert pairs["il1b", "usc"]["padj"] == pytest.approx(0.083559109800, abs=1e-9)
    assert pairs["il1b", "exo"]["padj"] == pytest.approx(0.001237004728, abs=1e-9)
    assert pairs["usc", "exo"]["padj"] == pytest.approx(0.018055739012, abs=1e-9)
    assert pairs["usc", "exo"]["ci_low"] == pytest.approx(0.18602191287, abs=1e-9)
    assert [p["stars"] for p in pairs.values()] == ["ns", "**", "*"]
    assert pairs["il1b", "usc"]["ratio"] == pytest.approx(2**0.6231333333)
    assert {(p["family_size"], p["correction"], p["method"], p["role"]) for p in pairs.values()} == {
        (3, "bonferroni", "pooled_t", "primary")
    }
    (whole,) = rows_of(done, "group_tests")
    assert (whole["method"], whole["df1"], whole["df2"], whole["n"]) == ("one_way_anova", 2, 6, 9)
    assert whole["effect_size"] == pytest.approx(3.4985552 / (3.4985552 + 0.4196925), rel=1e-6)
    assert "n = cultures" in whole["design_note"]
    (summary,) = rows_of(done, "group_summaries", condition="usc")
    assert (summary["n"], summary["n_unit"]) == (3, "culture")
    assert summary["geometric_mean"] == pytest.approx(2 ** summary["mean"])


def matched(values: dict[str, list[float]], **more: object) -> list[Row]:
    return [measurement(c, i, v, donor_id=f"d{i}", **more) for c, many in values.items() for i, v in enumerate(many)]


def test_donors_in_every_condition_are_a_block_and_the_plain_test_stands_beside() -> None:
    values = {"control": [1.0, 2.0, 3.1], "il1b": [0.2, 1.1, 2.5]}
    (done,) = computed(matched(values))
    tests = {
        role: rows_of(done, "group_tests", role=role, scale="log2")[0]
        for role in ("primary", "as_published", "sensitivity")
    }
    assert tests["primary"]["method"] == "paired_t"
    assert tests["primary"]["pvalue"] == pytest.approx(stats.ttest_rel(values["il1b"], values["control"]).pvalue)
    assert tests["as_published"]["method"] == "student_t"
    assert tests["as_published"]["pvalue"] == pytest.approx(stats.ttest_ind(values["il1b"], values["control"]).pvalue)
    assert "donor as block" in tests["primary"]["design_note"]
    assert tests["sensitivity"]["method"] == "wilcoxon_signed_rank"
    assert tests["sensitivity"]["pvalue"] == 0.25  # 2 / 2^3, the least that three donors can give
    assert tests["sensitivity"]["cannot_reach_alpha"]
    (alone,) = computed(matched(values), study(design="independent"))
    assert [r["method"] for r in rows_of(alone, "group_tests")] == ["student_t"]


def test_partly_overlapping_donors_warn_and_are_compared_as_independent() -> None:
    rows = matched({"control": [1.0, 2.0, 3.0], "il1b": [0.2, 1.1, 2.5], "usc": [1.0, 0.4, 2.2]})
    (done,) = computed([*rows[:-1], measurement("usc", 9, 2.2, donor_id="d9")])
    assert [p.rule for p in done.problems] == ["donors_overlap_partly"]
    assert [r["method"] for r in rows_of(done, "group_tests")] == ["one_way_anova"]
    (blocked,) = computed(rows[:-1], study(design="blocked"))
    assert rows_of(blocked, "group_tests", role="primary")[0]["method"] == "randomised_block_anova"


def test_a_culture_whose_value_was_lost_is_named_and_not_called_missing() -> None:
    rows = matched({"control": [1.0, 2.0, 3.0], "il1b": [0.2, 1.1, 2.5], "usc": [1.0, 0.4, 2.2]})
    rows[-1] |= {"value": None, "na_reason": "too_many_wells_lost"}
    (done,) = computed(rows)
    (problem,) = done.problems
    assert f"not all have a value there: {rows[-1]['sample_id']} (too many wells lost)" in problem.message
    assert "not all donors in all" not in problem.message
    assert problem.remedy.startswith("Measure what was lost again, or write `design: blocked`")
    (done,) = computed([rows[0] | {"is_excluded": True}, *rows[1:-1]])
    assert "not all donors in all, and not all have a value there" in done.problems[0].message
    assert "(excluded)" in done.problems[0].message


def test_pairs_that_could_not_be_tested_are_one_warning() -> None:
    (done,) = computed([measurement("control", 1, 1.0), *(measurement("il1b", i, float(i)) for i in (1, 2, 3))])
    (problem,) = done.problems
    assert problem.rule == "pairs_not_tested"
    assert "1 of 1 pairs could not be tested: a group has only one value (1: control and il1b" in problem.message


def test_plates_are_a_block_and_a_condition_alone_on_its_plate_is_refused() -> None:
    rows = [measurement(c, i, i + 3 * (i > 1) + (c == "il1b") + 0.1 * i**2 * (c == "il1b"), block_id=f"P{i > 1}")
            for c in ("control", "il1b") for i in range(4)]  # fmt: skip
    (done,) = computed(rows)
    (primary,) = rows_of(done, "pairwise_tests", role="primary")
    assert (primary["method"], primary["df"]) == ("blocked_t", 5)
    assert primary["pvalue"] < rows_of(done, "pairwise_tests", role="as_published")[0]["pvalue"]
    (done,) = computed([r | {"block_id": r["condition"]} for r in rows])
    (primary,) = rows_of(done, "pairwise_tests", role="primary")
    assert (primary["pvalue"], primary["stars"], primary["na_reason"]) == (None, None, "aliased_with_block")


def test_every_time_is_its_own_family_and_the_last_is_confirmatory() -> None:
    rows = [
        measurement(c, i, i + h / 10, time_h=h) for c in ("control", "il1b") for i in range(3) for h in (24.0, 72.0)
    ]
    (done,) = computed(rows)
    notes = {r["time_h"]: r["design_note"] for r in rows_of(done, "group_tests")}
    assert "exploratory: 72 h" in notes[24.0]
    assert "exploratory" not in notes[72.0]
    (only,) = computed(rows, study(ComparisonRow(id="late", assays=["qpcr"], time_h=72.0)))
    assert [r["time_h"] for r in rows_of(only, "group_tests")] == [72.0]


def test_comparisons_choose_conditions_pairs_and_experiments_and_never_pool() -> None:
    rows = [measurement(c, i, float(i), experiment=e) for c in CONDITIONS for i in range(3) for e in ("e1", "e2")]
    first, second = computed(rows, study(ComparisonRow(id="ref", pairs=["reference"])))
    assert [(r["group_a"], r["group_b"]) for r in rows_of(first, "pairwise_tests")] == [
        ("control", c) for c in CONDITIONS[1:]
    ]
    assert {r["n"] for r in rows_of(second, "group_summaries")} == {3}
    (named,) = computed(
        rows,
        study(
            ComparisonRow(id="n", experiment="e2", conditions=["usc", "il1b", "exo"], pairs=["exo>il1b", "il1b>usc"])
        ),
    )
    pairs = rows_of(named, "pairwise_tests")
    assert [(r["group_a"], r["group_b"], r["family_size"]) for r in pairs] == [("il1b", "usc", 2), ("il1b", "exo", 2)]
    assert {r["experiment"] for r in pairs} == {"e2"}


def test_excluded_cultures_are_counted_and_left_out() -> None:
    rows = [
        measurement(c, i, i + (c == "il1b"), is_excluded=(c, i) == ("il1b", 3))
        for c in ("control", "il1b")
        for i in range(4)
    ]
    (done,) = computed(rows)
    (summary,) = rows_of(done, "group_summaries", condition="il1b")
    assert (summary["n"], summary["excluded_count"]) == (3, 1)
    assert rows_of(done, "pairwise_tests")[0]["n_b"] == 3


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"control": [1.0, 2.0, 3.0], "il1b": [5.0]}, "n_below_2"),
        ({"control": [1.0], "il1b": [5.0]}, "n_below_2"),
        ({"control": [1.0, 1.0], "il1b": [1.0, 1.0]}, "no_variance"),
        ({"control": [1.0, 1.0], "il1b": [5.0, 5.0]}, "zero_within_group_variance"),
        ({"control": [1.0, 2.0], "il1b": [None, float("nan")]}, "missing_group"),
        ({"control": [None], "il1b": [None]}, "missing_group"),
    ],
)
def test_degenerate_data_give_a_reason_never_a_star(values: dict[str, list[float | None]], reason: str) -> None:
    rows = [measurement(c, i, v) for c, many in values.items() for i, v in enumerate(many)]
    (done,) = computed(rows)
    (pair,) = rows_of(done, "pairwise_tests")
    assert (pair["na_reason"], pair["pvalue"], pair["padj"], pair["stars"]) == (reason, None, None, None)
    (whole,) = rows_of(done, "group_tests")
    assert whole["pvalue"] is None
    assert whole["na_reason"] is not None


def test_a_third_group_too_small_to_test_leaves_the_others_tested() -> None:
    rows = [measurement(c, i, i * 0.3 + n) for n, c in enumerate(CONDITIONS[:3]) for i in range(3 if c != "usc" else 1)]
    (done,) = computed(rows)
    reasons = {(r["group_a"], r["group_b"]): r["na_reason"] for r in rows_of(done, "pairwise_tests")}
    assert reasons == {("control", "il1b"): None, ("control", "usc"): "n_below_2", ("il1b", "usc"): "n_below_2"}
    assert rows_of(done, "group_tests")[0]["group_count"] == 2


def test_a_lone_condition_and_an_assay_without_measurements_are_skipped_with_the_reason() -> None:
    slices = {"result.measurements": pl.DataFrame({"assay": ["qpcr"], "experiment": ["main"], "condition": ["il1b"]})}
    (alone,) = ANALYSIS.parts(study(), slices)
    assert "only il1b" in str(alone.skip)
    (absent,) = ANALYSIS.parts(study(ComparisonRow(id="v", assays=["cell_viability"])), slices)
    assert "nothing was measured by cell_viability" in str(absent.skip)


@given(
    st.lists(st.lists(st.integers(0, 400).map(lambda x: x / 100), min_size=3, max_size=4), min_size=3, max_size=3),
    st.randoms(use_true_random=False),
    st.sampled_from([0.01, 100.0]),
)
@settings(deadline=None, max_examples=25)
def test_row_order_and_unit_change_no_decision(groups: list[list[float]], random: Any, unit: float) -> None:  # noqa: ANN401
    rows = [
        measurement(c, i, v, scale="raw")
        for c, many in zip(CONDITIONS, groups, strict=False)
        for i, v in enumerate(many)
    ]
    moved = [r | {"value": r["value"] * unit} for r in rows]
    random.shuffle(moved)
    (before,), (after,) = computed(rows), computed(moved)
    for old, new in zip(rows_of(before, "pairwise_tests"), rows_of(after, "pairwise_tests"), strict=True):
        assert (new["na_reason"], new["group_a"], new["group_b"]) == (old["na_reason"], old["group_a"], old["group_b"])
        if old["padj"] is None:
            assert new["padj"] is None
        else:
            assert new["padj"] == pytest.approx(old["padj"], rel=1e-6, abs=1e-12)


def with_outlier(*, excluded: bool) -> list[Row]:
    """Two groups of six that differ but for one culture; all values in OD."""
    values = {"control": (1.0, 1.1, 0.9, 1.05, 0.95, 1.02), "il1b": (0.8, 0.85, 0.75, 0.82, 0.78, 1.9)}
    rows = [
        measurement(c, i, v, assay="cell_viability", measure="viability", target="", scale="raw", unit="OD", time_h=t)
        for c, numbers in values.items()
        for i, v in enumerate(numbers, start=1)
        for t in (24.0, 72.0)
    ]
    return [r | {"is_excluded": excluded and r["value"] == 1.9 and r["time_h"] == 72} for r in rows]


def readmitted(rows: list[Row]) -> pl.DataFrame:
    known = schema(ReadmittedMeasurement)
    back = [r | {"put_back": "well B7 of plate1.csv (bubble)"} for r in rows if r["is_excluded"]]
    return pl.DataFrame([{k: r.get(k) for k in known} for r in back], schema=known)


def test_an_excluded_outlier_is_shown_with_and_without() -> None:
    rows = with_outlier(excluded=True)
    (done,) = computed(rows, back=readmitted(rows))
    groups = {c: [r["value"] for r in rows if r["condition"] == c and r["time_h"] == 72] for c in ("control", "il1b")}
    without, whole = (stats.ttest_ind(groups["il1b"][:n], groups["control"]) for n in (5, 6))
    (pair,) = rows_of(done, "pairwise_tests", time_h=72.0)
    (both,) = rows_of(done, "pairwise_tests", role="including_excluded")
    assert (pair["n_b"], pair["stars"], pair["put_back"]) == (5, "***", None)
    assert (both["n_b"], both["stars"], both["put_back"]) == (6, "ns", "well B7 of plate1.csv (bubble)")
    for row, test in ((pair, without), (both, whole)):
        assert row["pvalue"] == pytest.approx(test.pvalue, rel=1e-12)
        assert row["statistic"] == pytest.approx(test.statistic, rel=1e-12)
    (omnibus,) = rows_of(done, "group_tests", role="including_excluded")
    assert omnibus["pvalue"] == pytest.approx(whole.pvalue, rel=1e-12)
    assert omnibus["design_note"].endswith("put back: well B7 of plate1.csv (bubble)")
    (summary,) = rows_of(done, "group_summaries", condition="il1b", time_h=72.0)
    assert (summary["n"], summary["n_including_excluded"]) == (5, 6)
    assert summary["mean_including_excluded"] == pytest.approx(sum(groups["il1b"]) / 6)
    assert summary["sd_including_excluded"] == pytest.approx(stats.tstd(groups["il1b"]))
    (other,) = rows_of(done, "group_summaries", condition="il1b", time_h=24.0)
    assert other["n_including_excluded"] is other["mean_including_excluded"] is None


def test_primary_results_do_not_move_by_a_bit_when_both_are_shown() -> None:
    rows = with_outlier(excluded=True)
    (alone,), (both,) = computed(rows), computed(rows, back=readmitted(rows))
    for table in ("group_tests", "pairwise_tests"):
        kept = both.frames[f"result.{table}"].filter(pl.col("role") != "including_excluded")
        assert kept.equals(alone.frames[f"result.{table}"])
        assert both.frames[f"result.{table}"].height == kept.height + 1
    beside = pl.col("^.*_including_excluded$")
    by = ("condition", "time_h")
    before, after = (d.frames["result.group_summaries"].drop(beside).sort(by) for d in (alone, both))
    assert after.equals(before)
    assert both.frames["result.assumption_checks"].equals(alone.frames["result.assumption_checks"])


@pytest.mark.parametrize(("primary", "decides"), [(None, 72.0), (24.0, 24.0)])
def test_one_time_decides_and_the_others_are_exploratory(primary: float | None, decides: float) -> None:
    (done,) = computed(with_outlier(excluded=False), study(primary_time_h=primary))
    said = {r["time_h"]: r["is_confirmatory"] for r in rows_of(done, "pairwise_tests")}
    assert said == {t: t == decides for t in (24.0, 72.0)}
    (once,) = computed([r for r in with_outlier(excluded=False) if r["time_h"] == 72])
    assert {r["is_confirmatory"] for r in rows_of(once, "pairwise_tests")} == {None}
