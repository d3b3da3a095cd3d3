from __future__ import annotations

import polars as pl

from schemas.bench_options import Condition
from schemas.sheets import ComparisonRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.methods.compared_groups import compared_groups

SEEN = pl.DataFrame(
    [("qpcr", e, c, t) for e in ("e1", "e2") for c in ("b", "a") for t in (None, 24.0)],
    schema={"assay": pl.String, "experiment": pl.String, "condition": pl.String, "time_h": pl.Float64},
    orient="row",
)


def found(*comparisons: ComparisonRow) -> list[tuple[str, tuple[str, ...], tuple[float | None, ...]]]:
    config = StudyYaml(study_id="s", conditions=[Condition(id=c) for c in ("a", "b", "c")])
    study = Study(config=config, samples=(SampleRow(sample="x", condition="a"),), comparisons=comparisons)
    return [(c.key, c.conditions, c.times) for c in compared_groups(study, SEEN)]


def test_without_comparisons_every_assay_and_experiment_is_one_in_display_order() -> None:
    assert found() == [(f"all, qpcr, {e}", ("a", "b"), (None, 24.0)) for e in ("e1", "e2")]


def test_comparisons_choose_experiment_conditions_and_time() -> None:
    chosen = ComparisonRow(id="x", experiment="e2", conditions=["c", "b"], time_h=24)
    assert found(chosen) == [("x, qpcr, e2", ("b", "c"), (24.0,))]


def test_other_assays_and_comparisons_with_a_problem_give_nothing() -> None:
    assert found(ComparisonRow(id="x", assays=["senescence"]), ComparisonRow(id="y", problem="no such condition")) == []
