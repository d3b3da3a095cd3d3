from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.base import columns
from schemas.bench_options import Condition, Statistics
from schemas.polars_schema import schema
from schemas.sheets import ComparisonRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.measurements import Measurement
from schemas.tables.readmitted_measurements import ReadmittedMeasurement
from tasks.analyses.time_courses import ANALYSIS, READMITTED
from tasks.contracts import Computed
from tests.tasks.methods.time_course_reference import NAMES, data, numbers

Row = dict[str, Any]
READS = "result.measurements"
SCHEMA = {c.name: c.dtype for c in columns(Measurement)}
NOTHING_BACK = pl.DataFrame(schema=schema(ReadmittedMeasurement))


def study(conditions: list[str], *comparisons: ComparisonRow, **statistics: object) -> Study:
    config = StudyYaml(
        study_id="s", conditions=[Condition(id=c) for c in conditions], statistics=Statistics.model_validate(statistics)
    )
    return Study(config=config, samples=(SampleRow(sample="x", condition=conditions[0]),), comparisons=comparisons)


def measurements(case: str, *, is_line: bool = False) -> list[Row]:
    """Rows of R's data; the subject is the donor, or a culture of one cell line."""
    common = {"experiment": "main", "assay": "cell_viability", "measure": "viability", "target": "", "scale": "raw"}
    return [
        common
        | {"sample_id": f"{r['subject']}_{r['condition']}", "donor_id": "" if is_line else r["subject"]}
        | {"condition": r["condition"], "time_h": float(r["time"].lstrip("th")), "value": r["value"]}
        | {"is_excluded": False, "unit": "OD", "technical_n": 1}
        for r in data(case).to_dicts()
    ]


def computed(rows: list[Row], about: Study, back: pl.DataFrame | None = None) -> list[Computed]:
    frame = pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA)
    slices = {READS: frame.select(ANALYSIS.reads[READS]).unique()}
    found = []
    for part in ANALYSIS.parts(about, slices):
        kept = frame
        for column, values in part.where[READS].items():
            kept = kept.filter(pl.col(column).is_in(list(values)))
        found.append(ANALYSIS.run(part, {READS: kept, READMITTED: back if back is not None else NOTHING_BACK}))
    return found


def rows_of(done: Computed, role: str) -> dict[str, Row]:
    rows = [r for r in done.frames["result.time_course_tests"].to_dicts() if r["role"] == role]
    assert [r["effect"] for r in rows] == [*NAMES] or not rows
    return {r["effect"]: r for r in rows}


def test_donors_in_every_condition_and_time_are_followed_and_the_plain_analysis_stands_beside() -> None:
    (done,) = computed(measurements("repeated_5x3x4"), study(["a", "b", "c"]))
    primary, published = rows_of(done, "primary"), rows_of(done, "as_published")
    for name, row in numbers("repeated_5x3x4", "two_way_repeated").items():
        found = primary[name]
        assert found["statistic"] == pytest.approx(row["statistic"], rel=1e-9)
        assert (found["df1"], found["df2"], found["n"], found["n_unit"]) == (row["df1"], row["df2"], 5, "donor")
        assert found["effect_size"] == pytest.approx(row["partial"], rel=1e-9)
        assert found["generalized_eta_squared"] == pytest.approx(row["generalized"], rel=1e-9)
        if row["pvalue_gg"] is not None:
            assert found["pvalue_gg"] == pytest.approx(row["pvalue_gg"], rel=1e-9)
    assert {r["method"] for r in primary.values()} == {"two_way_repeated"}
    assert {(r["method"], r["epsilon_gg"], r["n"]) for r in published.values()} == {("two_way", None, 60)}
    assert "48 h is the confirmatory time" in primary["time"]["design_note"]


def test_cultures_of_a_line_are_followed_over_time() -> None:
    (done,) = computed(measurements("mixed_3_4_4", is_line=True), study(["a", "b", "c"], primary_time_h=24))
    primary = rows_of(done, "primary")
    for name, row in numbers("mixed_3_4_4", "mixed").items():
        assert primary[name]["pvalue"] == pytest.approx(row["pvalue"], rel=1e-9)
        assert (primary[name]["method"], primary[name]["n_unit"]) == ("mixed", "culture")
    assert "24 h is the confirmatory time" in primary["time"]["design_note"]
    assert primary["condition"]["epsilon_gg"] is None


def test_separate_plates_are_compared_between_and_unequal_n_shows_both_types() -> None:
    rows = measurements("two_way_unbalanced", is_line=True)
    (done,) = computed(rows, study(["a", "b", "c"], time_design="separate_plates"))
    for role, kind in (("primary", "III"), ("sensitivity", "II")):
        for name, row in numbers("two_way_unbalanced", f"two_way {kind}").items():
            found = rows_of(done, role)[name]
            assert (found["sum_of_squares"], found["method"]) == (kind, "two_way")
            assert found["pvalue"] == pytest.approx(row["pvalue"], rel=1e-9)
    assert rows_of(done, "as_published") == {}


def test_a_missing_cell_is_named_and_what_is_complete_is_analysed_beside_it() -> None:
    rows = measurements("repeated_5x3x4")
    lost = [r | {"value": None, "na_reason": "too_many_wells_lost"} if i == 0 else r for i, r in enumerate(rows)]
    (done,) = computed(lost, study(["a", "b", "c"]))
    primary, rest = rows_of(done, "primary"), rows_of(done, "sensitivity")
    assert {(r["na_reason"], r["pvalue"], r["pvalue_gg"]) for r in primary.values()} == {
        ("missing_cell: s01 in a at 12 h", None, None)
    }
    without = [r for r in rows if r["donor_id"] != "s01"]
    (again,) = computed(without, study(["a", "b", "c"]))
    assert [r["pvalue"] for r in rest.values()] == [r["pvalue"] for r in rows_of(again, "primary").values()]
    assert {(r["n"], "without what is incomplete" in r["design_note"]) for r in rest.values()} == {(4, True)}
    (problem,) = done.problems
    assert (problem.rule, "s01 in a at 12 h" in problem.message) == ("time_course_incomplete", True)


def test_conditions_without_a_common_time_have_no_analysis_but_a_reason() -> None:
    rows = [r for r in measurements("repeated_5x3x4") if (r["condition"] == "a") == (r["time_h"] < 30)]
    (done,) = computed(rows, study(["a", "b", "c"]))
    assert rows_of(done, "sensitivity") == {}
    for role in ("primary", "as_published"):
        assert all(str(r["na_reason"]).startswith("missing_cell: ") for r in rows_of(done, role).values())


def test_values_that_do_not_vary_or_stand_alone_give_reasons() -> None:
    rows = measurements("repeated_5x3x4")
    about = study(["a", "b", "c"])
    (flat,) = computed([r | {"value": 2.0} for r in rows], about)
    assert {r["na_reason"] for r in rows_of(flat, "primary").values()} == {"no_variance"}
    (alone,) = computed([r for r in rows if r["donor_id"] == "s01"], about)
    assert {(r["method"], r["na_reason"]) for r in rows_of(alone, "primary").values()} == {("mixed", "n_below_2")}
    (one,) = computed([r | {"value": r["value"] if r["condition"] == "a" else None} for r in rows], about)
    assert {r["na_reason"] for r in rows_of(one, "primary").values()} == {"fewer_than_two_groups"}


def test_only_comparisons_over_several_times_are_time_courses() -> None:
    rows = measurements("repeated_5x3x4")
    late = ComparisonRow(id="late", time_h=48)
    lone = ComparisonRow(id="lone", conditions=["a"])
    other = ComparisonRow(id="other", assays=["qpcr"])
    assert computed(rows, study(["a", "b", "c"], late, lone, other)) == []
    (done,) = computed(rows, study(["a", "b", "c"], late, ComparisonRow(id="pair", conditions=["c", "a"])))
    assert {r["condition_count"] for r in rows_of(done, "primary").values()} == {2}


def test_a_condition_with_one_culture_is_left_out_and_named() -> None:
    rows = measurements("mixed_4_4_4", is_line=True)
    lone = [r for r in rows if r["condition"] != "c" or r["sample_id"] == "s12_c"]
    assert len({r["sample_id"] for r in lone}) == 9
    (done,), (without,) = (
        computed(some, study(["a", "b", "c"])) for some in (lone, [r for r in rows if r["condition"] != "c"])
    )
    found, expected = rows_of(done, "primary"), rows_of(without, "primary")
    assert [r["pvalue"] for r in found.values()] == [r["pvalue"] for r in expected.values()]
    assert "c left out: one culture only" in found["time"]["design_note"]


def test_a_course_is_analysed_a_second_time_with_what_is_left_out_put_back() -> None:
    rows = measurements("repeated_5x3x4")
    out = [r | {"is_excluded": True} if i == 0 else r for i, r in enumerate(rows)]
    known = {name: [r.get(name) for r in rows[:1]] for name in NOTHING_BACK.columns if name in rows[0]}
    back = pl.DataFrame(known | {"put_back": ["well B7 of plate1.csv (bubble)"]})
    back = pl.concat([NOTHING_BACK, back], how="diagonal_relaxed")
    (done,) = computed(out, study(["a", "b", "c"]), back)
    (whole,) = computed(rows, study(["a", "b", "c"]))
    assert {r["na_reason"] for r in rows_of(done, "primary").values()} == {"missing_cell: s01 in a at 12 h"}
    again, expected = rows_of(done, "including_excluded"), rows_of(whole, "primary")
    for name, row in again.items():
        assert row["put_back"] == "well B7 of plate1.csv (bubble)"
        assert row["design_note"].endswith("put back: well B7 of plate1.csv (bubble)")
        for value in ("statistic", "pvalue", "pvalue_gg", "effect_size"):
            assert row[value] == pytest.approx(expected[name][value], rel=1e-12)
    assert rows_of(whole, "including_excluded") == {}
    assert {r["put_back"] for r in rows_of(done, "primary").values()} == {None}
