from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.base import columns
from schemas.bench_options import Condition, Qpcr
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.qpcr_standard_curves import QpcrStandardCurve
from schemas.tables.qpcr_wells import QpcrWell
from tasks.analyses.qpcr_fold_changes import ANALYSIS, CURVES, OBJECTS, SAMPLES, TABLE, WELLS
from tasks.contracts import Computed

Row = dict[str, Any]
SCHEMA = {c.name: c.dtype for c in columns(QpcrWell)}
FILES = pl.DataFrame(
    [("f1", "day1.txt", "loaded"), ("f2", "day2.txt", "loaded"), ("f2", "old.txt", "superseded")],
    schema=["object_id", "file_name", "status"],
    orient="row",
)
NO_CURVES = pl.DataFrame(schema={c.name: c.dtype for c in columns(QpcrStandardCurve)})


def samples(**more: object) -> pl.DataFrame:
    rows = [("C1", "control", "e1"), ("T1", "il1b", "e1"), ("C2", "control", "e2"), ("T2", "il1b", "e2")]
    frame = pl.DataFrame(rows, schema=["sample_id", "condition", "experiment"], orient="row")
    return frame.with_columns(is_excluded=pl.col("sample_id") == more.get("excluded", ""))


def study(**qpcr: object) -> Study:
    config = StudyYaml(
        study_id="s",
        conditions=[Condition(id="control"), Condition(id="il1b")],
        qpcr=Qpcr.model_validate(qpcr),
    )
    return Study(config=config, samples=(SampleRow(sample="C1", condition="control"),))


def wells(object_id: str, *cultures: tuple[str, float]) -> list[Row]:
    return [
        {
            "object_id": object_id,
            "plate": "p",
            "plate_is_explicit": False,
            "well": f"A{i}{j}",
            "reading": 1,
            "sample_id": s,
            "target": t,
            "cq": cq,
        }
        | {"task": "unknown", "is_excluded": False}
        for i, (s, acan) in enumerate(cultures)
        for j, (t, cq) in enumerate((("GAPDH", 18.0), ("ACAN", acan)))
    ]


def computed(
    rows: list[Row], about: Study, known: pl.DataFrame | None = None, curves: pl.DataFrame = NO_CURVES
) -> dict[str, Computed]:
    known = samples() if known is None else known
    schema = SCHEMA | {"is_excluded": pl.Boolean}
    frame = pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
    slices = {WELLS: frame.select(ANALYSIS.reads[WELLS]).unique(), SAMPLES: known.select("sample_id", "experiment")} | {
        OBJECTS: FILES
    }
    found = {}
    for part in ANALYSIS.parts(about, slices):
        assert part.skip is None
        frames = {WELLS: frame, SAMPLES: known, CURVES: curves}
        for table, where in part.where.items():
            for column, values in where.items():
                frames[table] = frames[table].filter(pl.col(column).is_in(list(values), nulls_equal=True))
        found[part.key] = ANALYSIS.run(part, frames)
    return found


BOTH = wells("f1", ("C1", 25.0), ("T1", 27.0)) + wells("f2", ("C2", 30.0), ("T2", 31.0))


def test_each_experiment_is_a_part_with_its_own_calibrator() -> None:
    found = computed(BOTH, study())
    assert list(found) == ["e1", "e2"]
    first, second = (d.frames[TABLE].filter(target="ACAN").to_dicts() for d in found.values())
    assert [r["fold_change"] for r in first + second] == pytest.approx([1.0, 0.25, 1.0, 0.5])
    assert {(r["experiment"], r["calibrator"], r["reference_targets"]) for r in first} == {("e1", "control", "GAPDH")}
    assert all(d.problems == () for d in found.values())


def test_a_part_reads_its_own_cultures_and_the_calibrator_wells_of_their_files() -> None:
    slices = {
        WELLS: pl.DataFrame(
            {"sample_id": ["C1", None, "C2"], "object_id": ["f1", "f1", "f2"], "task": ["unknown", "irc", "unknown"]}
        ),
        SAMPLES: samples().select("sample_id", "experiment"),
        OBJECTS: FILES,
    }
    first, _ = ANALYSIS.parts(study(), slices)
    assert first.where == {WELLS: {"object_id": ("f1",), "sample_id": ("C1", None)}, SAMPLES: {"sample_id": ("C1",)}}


def test_references_and_calibrators_that_are_not_there_are_named() -> None:
    found = computed(BOTH[4:], study(reference_targets=["B2M"], calibrator="usc"))
    (done,) = found.values()
    assert [p.rule for p in done.problems] == ["reference_target_not_measured", "no_calibrator"]
    assert "targets there are ACAN, GAPDH" in str(done.problems[0])
    assert set(done.frames[TABLE]["na_reason"]) == {"no_reference_target"}


def test_an_excluded_culture_keeps_its_value_marked_and_is_no_calibrator() -> None:
    rows = [r | {"is_excluded": r["sample_id"] == "C1"} for r in BOTH[:4]]
    (done,) = computed(rows, study(), samples(excluded="C1")).values()
    table = {r["sample_id"]: r for r in done.frames[TABLE].filter(target="ACAN").to_dicts()}
    assert (table["C1"]["is_excluded"], table["C1"]["delta_cq"]) == (True, 7.0)
    assert (table["T1"]["fold_change"], table["T1"]["na_reason"]) == (None, "no_calibrator")


def test_only_the_efficiency_corrected_method_reads_standard_curves() -> None:
    slices = {
        WELLS: pl.DataFrame({"sample_id": ["C1"], "object_id": ["f1"], "task": ["unknown"]}),
        SAMPLES: samples().select("sample_id", "experiment"),
        OBJECTS: FILES,
    }
    (doubling,) = ANALYSIS.parts(study(), slices)
    (corrected,) = ANALYSIS.parts(study(method="pfaffl"), slices)
    assert doubling.tables is not None
    assert CURVES not in doubling.tables
    assert corrected.tables is not None
    assert CURVES in corrected.tables
    assert corrected.parameters["files"] == {"f1": "day1.txt"}


def test_a_no_template_control_that_amplifies_is_one_line() -> None:
    control = BOTH[0] | {"well": "H12", "sample_id": None, "target": "ACAN", "task": "ntc", "cq": 29.0}
    named = [r | {"sample_name": r["sample_id"]} for r in BOTH[:4]]
    (done,) = computed([*named, control], study()).values()
    (problem,) = done.problems
    assert (problem.rule, problem.file, problem.place) == ("ntc_amplified", "day1.txt", "well H12")
    (clean,) = computed([*named, control | {"cq": 33.0}], study()).values()
    assert clean.problems == ()
    (left_out,) = computed([*named, control | {"is_excluded": True}], study()).values()
    assert left_out.problems == ()


def test_technical_repeats_that_disagree_are_one_line_and_a_flag() -> None:
    repeats = [BOTH[3] | {"well": f"B{i:02d}", "cq": cq} for i, cq in enumerate((27.1, 29.4))]
    (done,) = computed([*BOTH[:4], *repeats], study()).values()
    (problem,) = done.problems
    assert (problem.rule, problem.place) == ("technical_sd_high", "well B01")
    rows = {(r["sample_id"], r["target"]): r for r in done.frames[TABLE].to_dicts()}
    assert (rows["T1", "ACAN"]["flag"], rows["T1", "ACAN"]["furthest_well"]) == ("technical_sd_high", "B01")
    assert rows["T1", "ACAN"]["technical_n"] == 3  # flagged, never dropped
    assert rows["C1", "ACAN"]["flag"] is None


def curve(target: str, factor: float, *, is_usable: bool = True) -> Row:
    row = dict.fromkeys(NO_CURVES.columns)
    return row | {"target": target, "object_id": "f9", "amplification_factor": factor, "is_usable": is_usable}


def test_efficiency_corrected_rows_say_so_and_need_a_curve_of_every_target() -> None:
    curves = pl.DataFrame([curve("ACAN", 1.9), curve("Gapdh", 1.8)], schema=NO_CURVES.schema)
    (done,) = computed(BOTH[:4], study(method="pfaffl"), curves=curves).values()
    rows = {(r["sample_id"], r["target"]): r for r in done.frames[TABLE].to_dicts()}
    assert done.problems == ()
    assert rows["T1", "ACAN"]["fold_change"] == pytest.approx(1.9 ** (25 - 27))
    assert (rows["T1", "ACAN"]["method"], rows["T1", "ACAN"]["amplification_factor"]) == ("pfaffl", 1.9)
    (lacking,) = computed(BOTH[:4], study(method="pfaffl"), curves=curves.head(1)).values()
    (problem,) = lacking.problems
    assert (problem.rule, "efficiency of GAPDH" in problem.message) == ("no_efficiency", True)
    assert set(lacking.frames[TABLE]["na_reason"]) == {"no_efficiency"}


def test_measurements_are_minus_delta_cq_of_the_targets_that_are_no_reference() -> None:
    (done,) = computed(BOTH[:4], study()).values()
    assert ANALYSIS.feeds is not None
    found = ANALYSIS.feeds.measure(done.frames[TABLE], {})
    assert found.select("sample_id", "target", "measure", "value", "scale").rows() == [
        ("C1", "ACAN", "expression", -7.0, "log2"),
        ("T1", "ACAN", "expression", -9.0, "log2"),
    ]


def test_fewer_references_than_asked_say_which_cultures_have_them() -> None:
    (done, *_) = computed(BOTH, study(reference_targets=["GAPDH", "B2M"])).values()
    (problem,) = [p for p in done.problems if p.rule == "reference_target_not_measured"]
    assert "so the fold changes of" in problem.message
    assert "are on GAPDH alone" in problem.message
