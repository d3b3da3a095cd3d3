from __future__ import annotations

import polars as pl
import pytest

from schemas.bench_options import Condition, Expectation
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.analyses.expectation_checks import ANALYSIS, EXPRESSION, FEATURES, MEASUREMENTS, TABLE
from tasks.contracts import Computed

DONORS = ("NP1", "NP2", "NP3")
EXPECTED = (Expectation(target="acan", condition="il1b", against="control", direction="down"),)


def study(*expected: Expectation) -> Study:
    config = StudyYaml(
        study_id="s", conditions=[Condition(id="control"), Condition(id="il1b")], expectations=list(expected)
    )
    rows = tuple(SampleRow(sample=f"{d}_{c}", condition=c, donor=d) for d in DONORS for c in ("control", "il1b"))
    return Study(config=config, samples=rows)


def bench(il1b: list[float], *, assay: str = "qpcr", target: str = "ACAN", measure: str = "expression") -> pl.DataFrame:
    """Measurements: controls near 0 and the given values under IL-1β, twice (two plates)."""
    rows = [
        (assay, measure, target, f"{d}_{c}", d, c, None, f"plate{plate}", v + plate / 10, False)
        for plate in (1, 2)
        for c, numbers in (("control", [0.1, 0.0, -0.1]), ("il1b", il1b))
        for d, v in zip(DONORS, numbers, strict=True)
    ]
    names = ["assay", "measure", "target", "sample_id", "donor_id", "condition", "time_h", "block_id", "value",
             "is_excluded"]  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("time_h").cast(pl.Float64))


def sequenced(il1b: list[float], feature: str = "g1") -> pl.DataFrame:
    rows = [
        ("gene", "deseq2", "~ donor + condition", f"{d}_{c}", feature, v + 9)
        for c, numbers in (("control", [0.1, 0.0, -0.1]), ("il1b", il1b))
        for d, v in zip(DONORS, numbers, strict=True)
    ]
    return pl.DataFrame(rows, schema=["library", "method", "fit", "sample_id", "feature_id", "value"], orient="row")


NO_BENCH, NO_COUNTS = bench([0.0] * 3).head(0), sequenced([0.0] * 3).head(0)
GENES = pl.DataFrame({"library": "gene", "feature_id": ["g1", "g2"], "symbol": ["ACAN", "SOX9"]})


def computed(about: Study, measured: pl.DataFrame = NO_BENCH, counts: pl.DataFrame = NO_COUNTS) -> Computed:
    frames = {MEASUREMENTS: measured, EXPRESSION: counts, FEATURES: GENES}
    (part,) = ANALYSIS.parts(about, frames)
    kept = {t: f.filter(pl.col(c).is_in(list(v)) for c, v in part.where[t].items()) for t, f in frames.items()}
    return ANALYSIS.run(part, kept)


def test_a_met_expectation_is_silent_in_every_assay() -> None:
    other = bench([5.0] * 3, target="SOX9")
    done = computed(study(*EXPECTED), pl.concat([bench([-2.0, -1.8, -2.2]), other]), sequenced([-1.0, -1.1, -1.2]))
    assert done.problems == ()
    assert done.frames[TABLE].select("assay", "measure", "verdict", "unit_count", "is_paired").rows() == [
        ("expression_counts", "gene", "met", 3, True),
        ("qpcr", "expression", "met", 3, True),
    ]
    assert done.frames[TABLE]["difference"].to_list() == pytest.approx([-1.1, -2.0])


def test_swapped_conditions_ask_whether_labels_were_swapped() -> None:
    (told,) = computed(study(*EXPECTED), bench([2.0, 1.8, 2.2])).problems
    assert (told.rule, told.file) == ("expectation_contradicted", "samples.csv")
    assert "acan is higher in il1b than in control (+2.00, P = 0.0" in told.message
    assert "study.yaml expects down: labels swapped?" in told.message
    (gene,) = computed(study(*EXPECTED), counts=sequenced([2.0, 1.8, 2.2])).problems
    assert "expression_counts, gene" in str(gene)


def test_cultures_swapped_in_one_donor_are_told_by_donor() -> None:
    done = computed(study(*EXPECTED), bench([-2.0, 1.9, -2.2]))
    (told,) = done.problems
    assert (told.rule, "donor NP2" in told.place) == ("expectation_contradicted_in_donor", True)
    assert done.frames[TABLE]["contradicting_donors"].to_list() == ["NP2"]


def test_a_measure_without_a_target_is_known_by_its_own_name() -> None:
    expected = Expectation(target="viability", condition="il1b", against="control", direction="down")
    done = computed(study(expected), bench([-2.0, -1.8, -2.2], assay="cell_viability", target="", measure="viability"))
    assert done.frames[TABLE].select("assay", "verdict").rows() == [("cell_viability", "met")]


def test_what_was_not_measured_says_so_and_a_study_without_expectations_has_no_part() -> None:
    (row,) = computed(study(*EXPECTED)).frames[TABLE].to_dicts()
    assert (row["verdict"], row["na_reason"], row["assay"]) == ("not_measured", "not_measured", None)
    assert ANALYSIS.parts(study(), {MEASUREMENTS: NO_BENCH, EXPRESSION: NO_COUNTS, FEATURES: GENES}) == []
