from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.base import columns
from schemas.bench_options import Condition, ViabilityOptions
from schemas.errors import Severity
from schemas.sheets import FileRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from schemas.tables.plate_wells import PlateWell
from tasks.analyses.viability import ANALYSIS, OBJECTS, SAMPLES, TABLE, WELLS
from tasks.contracts import Computed

Row = dict[str, Any]
KNOWN = pl.DataFrame(
    [
        {"sample_id": s, "condition": "control" if s[0] == "C" else "il1b", "experiment": "main", "is_excluded": False}
        for s in ("C1", "T1")
    ]
)


def study(**options: object) -> Study:
    config = StudyYaml(
        study_id="s",
        conditions=[Condition(id="control"), Condition(id="il1b")],
        viability=ViabilityOptions.model_validate(options),
    )
    listed = (FileRow(file="landing/cck8.csv", assay="cell_viability", layout="plate96"),)
    return Study(config=config, samples=(SampleRow(sample="C1", condition="control"),), files=listed)


def plate(name: str, od: float = 0.6, **more: object) -> list[Row]:
    row: Row = {"object_id": "f1", "plate": name, "plate_is_explicit": False, "assay": "cell_viability", "unit": "OD"}
    row |= {"measure": "450", "wavelength_nm": 450.0, "time_h": 24.0}
    wells: list[tuple[str | None, float]] = [(None, 0.1), ("C1", 1.1), ("T1", od), ("unknown", 0.9)]
    return [
        row
        | {"well": f"A0{i}", "sample_id": s if s != "unknown" else None, "role": "sample" if s else "blank", "value": v}
        | more
        for i, (s, v) in enumerate(wells, start=1)
    ]


def computed(rows: list[Row], about: Study, known: pl.DataFrame = KNOWN) -> dict[str, Computed]:
    schema = {c.name: c.dtype for c in columns(PlateWell)}
    frame = pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
    frame = frame.with_columns(is_excluded=pl.lit(value=False))
    slices = {WELLS: frame.select(ANALYSIS.reads[WELLS]).unique(), SAMPLES: known.select("sample_id", "experiment")}
    slices[OBJECTS] = pl.DataFrame({"object_id": ["f1"], "file_name": ["landing/cck8.csv"], "status": ["loaded"]})
    found = {}
    for part in ANALYSIS.parts(about, slices):
        frames = {WELLS: frame, SAMPLES: known}
        for table, where in part.where.items():
            for column, values in where.items():
                frames[table] = frames[table].filter(pl.col(column).is_in(list(values), nulls_equal=True))
        found[part.key] = ANALYSIS.run(part, frames)
    return found


def test_each_plate_is_a_part_of_its_own_unless_the_reference_may_lie_elsewhere() -> None:
    rows = plate("P1") + plate("P2")
    assert list(computed(rows, study())) == ["P1 of f1", "P2 of f1"]
    assert list(computed(rows, study(scope="experiment"))) == ["main"]
    assert list(computed(rows, study(time="first"))) == ["main"]


def test_a_culture_gets_its_percent_and_unknown_samples_none() -> None:
    (done,) = computed(plate("P1"), study()).values()
    table = {r["sample_id"]: r for r in done.frames[TABLE].to_dicts()}
    assert table.keys() == {"C1", "T1"}
    assert table["T1"]["percent_viability"] == pytest.approx(50.0)
    assert table["T1"]["experiment"] == "main"


def test_the_studys_wavelength_is_used_and_a_plate_without_it_warned_about() -> None:
    both = plate("P1") + plate("P1", od=3.0, wavelength_nm=650.0, measure="650")
    (done,) = computed(both, study()).values()
    assert done.problems == ()
    assert done.frames[TABLE].filter(pl.col("sample_id") == "T1")["mean_od"].to_list() == [0.6]
    (done,) = computed(plate("P1", wavelength_nm=570.0), study()).values()
    assert done.frames[TABLE].is_empty()
    assert [p.rule for p in done.problems] == ["wavelength_not_read"]
    assert "570 nm, not at 450 nm" in str(done.problems[0])
    assert done.problems[0].place == "plate P1 of landing/cck8.csv"
    (done,) = computed(plate("P1", wavelength_nm=None), study()).values()
    assert done.frames[TABLE].height == 2


def test_of_several_reads_at_the_wavelength_one_is_used_and_named() -> None:
    (done,) = computed(plate("P1") + plate("P1", od=0.5, measure="450 blanked"), study()).values()
    assert done.frames[TABLE].height == 2
    assert [p.rule for p in done.problems] == ["several_reads_at_wavelength"]


def test_a_plate_without_a_blank_is_told_with_file_layout_and_remedy() -> None:
    (done,) = computed([r for r in plate("P1") if r["role"] != "blank"], study()).values()
    (problem,) = done.problems
    assert (problem.rule, problem.severity) == ("no_blank_on_plate", Severity.LOCAL)
    assert str(problem) == (
        "landing/cck8.csv, plate P1: no well that counts is a blank, so none of its 2 cultures has a viability. "
        "Give the wells without cells the role blank in layouts/plate96.csv."
    )


def test_a_plate_without_the_reference_condition_is_told() -> None:
    (done,) = computed([r for r in plate("P1") if r["sample_id"] != "C1"], study()).values()
    (problem,) = done.problems
    assert problem.rule == "no_reference_on_plate"
    assert "the plate has no culture of reference condition control, so its culture T1 has no viability" in str(problem)
    assert "scope: experiment" in problem.remedy


def test_a_culture_that_lost_its_wells_is_named_with_the_wells_and_what_became_of_them() -> None:
    rows = plate("P1")
    rows += [rows[2] | {"well": "B03", "value": None, "flag": "overflow"}, rows[2] | {"well": "C03", "value": 3.4}]
    (done,) = computed(rows, study()).values()
    (problem,) = done.problems
    assert problem.rule == "too_many_wells_lost"
    assert problem.place == "plate P1, wells B03, C03"
    assert "T1 lost 2 of its 3 wells at 24 h (B03 overflow, C03 above 3 OD)" in problem.message


def test_what_a_sheet_excludes_is_not_told_again() -> None:
    left_out = pl.col("sample_id") == "T1"
    rows = [r | {"value": None, "flag": "missed"} if r["sample_id"] == "T1" else r for r in plate("P1")]
    (told,) = computed(rows, study()).values()
    assert [p.rule for p in told.problems] == ["too_many_wells_lost"]
    (silent,) = computed(rows, study(), KNOWN.with_columns(is_excluded=left_out)).values()
    assert silent.problems == ()
