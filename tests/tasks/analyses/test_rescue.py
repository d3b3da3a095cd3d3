from __future__ import annotations

import polars as pl
import pytest

from schemas.base import columns
from schemas.study import ComparisonRow, Condition, SampleRow, Statistics, Study, StudyYaml
from schemas.tables.measurements import Measurement
from tasks.analyses.rescue import ANALYSIS
from tasks.contracts import Part

READS = "result.measurements"
SCHEMA = {c.name: c.dtype for c in columns(Measurement)}
VALUES = {
    "control": (100.0, 104.0, 98.0),
    "il1b": (50.0, 55.0, 49.0),
    "usc": (80.0, 79.0, 84.0),
    "exo": (90.0, 92.0, 95.0),
}
FRAME = pl.DataFrame(
    [
        dict.fromkeys(SCHEMA)
        | {"experiment": "main", "assay": "cell_viability", "measure": "viability", "target": "", "scale": "raw"}
        | {"condition": c, "donor_id": "", "sample_id": f"{c}{i}", "time_h": t, "value": v + t, "is_excluded": False}
        for c, many in VALUES.items()
        for i, v in enumerate(many)
        for t in (24.0, 72.0)
    ],
    schema=SCHEMA,
)


def parts(*comparisons: ComparisonRow, **statistics: object) -> list[Part]:
    config = StudyYaml(
        study_id="s", conditions=[Condition(id=c) for c in VALUES], statistics=Statistics.model_validate(statistics)
    )
    study = Study(config=config, samples=(SampleRow(sample="x", condition="control"),), comparisons=comparisons)
    return list(ANALYSIS.parts(study, {READS: FRAME.select(ANALYSIS.reads[READS]).unique()}))


def test_every_treatment_and_time_is_one_row_between_the_first_two_conditions() -> None:
    (part,) = parts()
    rows = ANALYSIS.run(part, {READS: FRAME}).frames["result.rescue"].to_dicts()
    assert {(r["time_h"], r["control"], r["disease"], r["treatment"]) for r in rows} == {
        (t, "control", "il1b", c) for t in (24.0, 72.0) for c in ("usc", "exo")
    }
    exo = next(r for r in rows if r["treatment"] == "exo" and r["time_h"] == 72)
    means = {c: sum(v) / 3 for c, v in VALUES.items()}
    expected = (means["exo"] - means["il1b"]) / (means["control"] - means["il1b"])
    assert exo["rescue"] == pytest.approx(expected)
    assert exo["ci_low"] < expected < exo["ci_high"]
    assert (exo["comparison_id"], exo["n_unit"]) == ("all", "culture")


def test_the_study_names_control_and_disease() -> None:
    (part,) = parts(rescue={"control": "il1b", "disease": "usc"})
    assert (part.parameters["control"], part.parameters["disease"]) == ("il1b", "usc")
    (part,) = parts(rescue={"disease": "control", "control": "control"})
    assert "as control and as disease" in str(part.skip)


def test_comparisons_without_control_disease_and_a_treatment_have_no_rescue() -> None:
    assert (
        parts(ComparisonRow(id="a", conditions=["il1b", "usc"]), ComparisonRow(id="b", conditions=["control", "il1b"]))
        == []
    )
    (part,) = parts(ComparisonRow(id="c", time_h=72, conditions=["control", "exo", "il1b"]))
    assert part.where[READS]["time_h"] == (72.0,)
    assert part.parameters["primary_time_h"] is None
