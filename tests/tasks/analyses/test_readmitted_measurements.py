from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.base import declared
from schemas.bench_options import Condition
from schemas.polars_schema import schema
from schemas.sheets import ExclusionRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.contracts import Analysis, analyses
from warehouse.runs import with_exclusions

FILE, PLATE = "plate.csv", "a" * 64
WELLS = {
    "A01": ("blank", None, 0.10),
    "A02": ("blank", None, 0.30),
    "B01": ("sample", "c1", 1.0),
    "B02": ("sample", "c1", 1.6),
    "C01": ("sample", "t1", 0.8),
    "D01": ("sample", "t2", 0.7),
}


def analysis() -> Analysis:
    return analyses()["readmitted_measurements"]


def study(*exclusions: dict[str, str]) -> Study:
    samples = {"c1": "control", "t1": "il1b", "t2": "il1b"}
    return Study(
        config=StudyYaml(study_id="s", conditions=[Condition(id="control"), Condition(id="il1b")]),
        samples=tuple(SampleRow(sample=s, condition=c) for s, c in samples.items()),
        exclusions=tuple(ExclusionRow.model_validate({"reason": "bubble"} | e) for e in exclusions),
    )


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    known = schema(declared()[table])
    return pl.DataFrame([{k: r.get(k) for k in known} for r in rows], schema=known)


def facts(about: Study) -> dict[str, pl.DataFrame]:
    """One CCK-8 plate at 24 h, as a night reads it: with ``is_excluded``, and viability as computed without these."""
    wells = [
        {"object_id": PLATE, "assay": "cell_viability", "plate": "p", "well": w, "role": role, "sample_id": s,
         "time_h": 24.0, "measure": "absorbance", "wavelength_nm": 450.0, "value": v, "unit": "OD"}
        for w, (role, s, v) in WELLS.items()
    ]  # fmt: skip
    samples = [
        {"sample_id": s.sample, "condition": s.condition, "donor_id": "", "experiment": "main"} for s in about.samples
    ]
    known = {t: frame(t, []) for t in analysis().reads} | {
        "core.plate_wells": frame("core.plate_wells", wells),
        "core.samples": frame("core.samples", samples),
        "core.raw_objects": frame("core.raw_objects", [{"object_id": PLATE, "file_name": FILE, "status": "loaded"}]),
    }
    told = [
        {"object_id": PLATE if e.file else None, "file_name": e.file, "well": e.well, "sample_id": e.sample}
        for e in about.exclusions
    ]
    texts = dict.fromkeys(("object_id", "file_name", "well", "sample_id"), pl.String)
    marked = with_exclusions(known, pl.DataFrame(told, schema=texts))
    viability = analyses()["viability"]
    (part,) = viability.parts(about, known)
    return marked | {"result.viability": viability.run(part, marked).frames["result.viability"]}


def readmitted(*exclusions: dict[str, str]) -> dict[str, dict[str, Any]]:
    about = study(*exclusions)
    frames = facts(about)
    (part,) = analysis().parts(about, frames)
    assert part.key == "cell_viability, viability"
    assert part.tables is not None
    done = analysis().run(part, {t: frames[t] for t in part.tables})
    assert done.problems == ()
    return {r["sample_id"]: r for r in done.frames["result.readmitted_measurements"].to_dicts()}


def test_an_excluded_well_is_averaged_with_the_others_again() -> None:
    rows = readmitted({"file": FILE, "well": "B02"})
    assert set(rows) == {"c1"}
    assert rows["c1"]["value"] == pytest.approx((1.0 + 1.6) / 2 - 0.2)
    assert (rows["c1"]["technical_n"], rows["c1"]["put_back"]) == (2, "well B02 of plate.csv (bubble)")


def test_an_excluded_blank_changes_every_culture_of_its_plate() -> None:
    rows = readmitted({"file": FILE, "well": "A02"})
    assert {s: round(r["value"], 9) for s, r in rows.items()} == {"c1": 1.1, "t1": 0.6, "t2": 0.5}
    assert {r["put_back"] for r in rows.values()} == {"well A02 of plate.csv (bubble)"}


def test_an_excluded_culture_and_an_excluded_file_come_back_whole() -> None:
    rows = readmitted({"sample": "t2", "reason": "contaminated"})
    assert {s: r["put_back"] for s, r in rows.items()} == {"t2": "culture t2 (contaminated)"}
    assert rows["t2"]["value"] == pytest.approx(0.5)
    rows = readmitted({"file": FILE, "reason": "wet lid"})
    assert set(rows) == {"c1", "t1", "t2"}
    assert {r["put_back"] for r in rows.values()} == {"file plate.csv (wet lid)"}


@pytest.mark.parametrize("given", [[], [{"file": "gone.csv"}], [{"sample": "elsewhere"}]])
def test_where_nothing_of_an_assay_is_left_out_nothing_is_computed_twice(given: list[dict[str, str]]) -> None:
    about = study(*given)
    assert analysis().parts(about, facts(about)) == []
