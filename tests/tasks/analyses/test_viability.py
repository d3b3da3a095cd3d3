from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.base import columns
from schemas.study import Condition, SampleRow, Study, StudyYaml, ViabilityOptions
from schemas.tables.plate_wells import PlateWell
from tasks.analyses.viability import ANALYSIS, SAMPLES, TABLE, WELLS
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
    return Study(config=config, samples=(SampleRow(sample="C1", condition="control"),))


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


def computed(rows: list[Row], about: Study) -> dict[str, Computed]:
    schema = {c.name: c.dtype for c in columns(PlateWell)}
    frame = pl.DataFrame([{k: r.get(k) for k in schema} for r in rows], schema=schema)
    frame = frame.with_columns(is_excluded=pl.lit(value=False))
    slices = {WELLS: frame.select(ANALYSIS.reads[WELLS]).unique(), SAMPLES: KNOWN.select("sample_id", "experiment")}
    found = {}
    for part in ANALYSIS.parts(about, slices):
        frames = {WELLS: frame, SAMPLES: KNOWN}
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
    (done,) = computed(plate("P1", wavelength_nm=None), study()).values()
    assert done.frames[TABLE].height == 2


def test_of_several_reads_at_the_wavelength_one_is_used_and_named() -> None:
    (done,) = computed(plate("P1") + plate("P1", od=0.5, measure="450 blanked"), study()).values()
    assert done.frames[TABLE].height == 2
    assert [p.rule for p in done.problems] == ["several_reads_at_wavelength"]
