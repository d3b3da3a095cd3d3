"""Correlations of ceRNA pairs are of what the contrast's whole design leaves."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.bench_options import Condition
from schemas.sheets import ContrastRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.methods.cerna_expression import Sides, design_levels, held_constant, pair_profiles

SAMPLES = 24


def crossed_study(**columns: str) -> Study:
    rows = [
        SampleRow(sample=f"s{i}", condition="ab"[i % 2], donor=f"d{i // 4}", attributes={"sex": "fm"[i // 2 % 2]})
        for i in range(SAMPLES)
    ]
    contrast = ContrastRow(id="c", reference="a", target="b", **columns)
    config = StudyYaml(study_id="s", conditions=[Condition(id="a"), Condition(id="b")])
    return Study(config=config, samples=tuple(rows), contrasts=(contrast,))


def given(study: Study) -> dict[str, object]:
    (contrast,) = study.contrasts
    values = pl.DataFrame({"run_id": ["r"] * SAMPLES, "sample_id": [s.sample for s in study.samples]})
    return {
        "levels": design_levels(study, contrast, {"gene": "r"}, values),
        "variable": contrast.variable,
        "blocking": held_constant(contrast),
        "crossed": contrast.between[0] if contrast.between else "",
        "is_plain": False,
    }


def largest_correlation(study: Study) -> tuple[float, int]:
    """Two genes that share nothing but what sex, treatment and both together do."""
    rng = np.random.default_rng(5)
    sex, treated = np.arange(SAMPLES) // 2 % 2, np.arange(SAMPLES) % 2
    effect = 40.0 * sex + 20.0 * treated + 60.0 * sex * treated
    ids = ("g", "h")
    values = pl.DataFrame(
        {
            "feature_id": np.repeat(ids, SAMPLES),
            "sample_id": [f"s{i}" for i in range(SAMPLES)] * 2,
            "value": np.concatenate([effect + rng.normal(size=SAMPLES) for _ in ids]),
        }
    )
    found = pair_profiles(values, Sides(["g"], ["h"], []), given(study))
    return float(abs(found.cernas[0] @ found.mrnas[0])), found.residual_df


def test_what_an_interaction_explains_is_no_correlation() -> None:
    crossed, df = largest_correlation(crossed_study(interaction="sex:f>m"))
    assert crossed < 0.6
    assert df == SAMPLES - 4
    plain, df = largest_correlation(crossed_study())
    assert plain > 0.99
    assert df == SAMPLES - 2


def test_samples_that_are_alike_are_held_constant() -> None:
    study = crossed_study(random="donor")
    assert given(study)["blocking"] == ["donor"]
    _, df = largest_correlation(study)
    assert df == SAMPLES - SAMPLES // 4 - 1
