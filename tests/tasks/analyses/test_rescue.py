from __future__ import annotations

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
from tasks.analyses.rescue import ANALYSIS, READMITTED
from tasks.contracts import Part

READS = "result.measurements"
SCHEMA = {c.name: c.dtype for c in columns(Measurement)}
NOTHING_BACK = pl.DataFrame(schema=schema(ReadmittedMeasurement))
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
    rows = ANALYSIS.run(part, {READS: FRAME, READMITTED: NOTHING_BACK}).frames["result.rescue"].to_dicts()
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


def test_what_is_left_out_of_a_rescue_is_shown_put_back() -> None:
    is_out = (pl.col("sample_id") == "exo2") & (pl.col("time_h") == 72)
    back = FRAME.filter(is_out).with_columns(put_back=pl.lit("culture exo2 (contaminated)"))
    back = pl.concat([NOTHING_BACK, back.select(set(NOTHING_BACK.columns) & set(back.columns))], how="diagonal_relaxed")
    out = FRAME.with_columns(is_excluded=is_out)
    (part,) = parts()
    alone, both, whole = (
        {(r["time_h"], r["treatment"]): r for r in ANALYSIS.run(part, f).frames["result.rescue"].to_dicts()}
        for f in (
            {READS: out, READMITTED: NOTHING_BACK},
            {READS: out, READMITTED: back},
            {READS: FRAME, READMITTED: NOTHING_BACK},
        )
    )
    exo = both[72.0, "exo"]
    assert exo["rescue"] == alone[72.0, "exo"]["rescue"] != whole[72.0, "exo"]["rescue"]
    for name in ("rescue", "ci_low", "ci_high"):
        assert exo[f"{name}_including_excluded"] == pytest.approx(whole[72.0, "exo"][name], rel=1e-12)
    assert exo["put_back"] == both[72.0, "usc"]["put_back"] == "culture exo2 (contaminated)"
    assert both[24.0, "exo"] == alone[24.0, "exo"]
    flat = back.with_columns(sample_id=pl.lit("il1b2"), condition=pl.lit("il1b"), value=pl.lit(1e4))
    out = FRAME.with_columns(is_excluded=(pl.col("sample_id") == "il1b2") & (pl.col("time_h") == 72))
    rows = ANALYSIS.run(part, {READS: out, READMITTED: flat}).frames["result.rescue"].filter(time_h=72.0)
    assert rows["rescue"].null_count() == 0
    assert rows["rescue_including_excluded"].null_count() == rows.height
    assert set(rows["na_reason_including_excluded"]) == {"no_disease_effect"}
    assert both[24.0, "exo"]["put_back"] is None
