from __future__ import annotations

import polars as pl

from schemas.bench_options import Condition, RescuePair, Statistics
from schemas.study_yaml import StudyYaml
from tasks.methods.bench_families import assays, broadest, families, labels, primary_times, turning_points
from tests.report_study import CONFIG, frames

PAIRS = "result.pairwise_tests"


def test_families_know_unit_n_and_test() -> None:
    given = frames()
    found = list(families(CONFIG, given, given[PAIRS].filter(role="primary")))
    about = {(f.row["assay"], f.row["time_h"]): f for f in found}
    assert about.keys() == {("cell_viability", 24.0), ("cell_viability", 72.0), ("qpcr", None)}
    viability = about["cell_viability", 72.0]
    assert (viability.setting.unit, viability.setting.n_unit) == ("OD", "donor")
    assert viability.setting.omnibus == "randomised_block_anova"
    assert len(viability.pairs) == 3
    assert about["qpcr", None].setting.unit == "fold"
    assert list(families(CONFIG, given, given[PAIRS].clear())) == []


def test_the_confirmatory_time_is_the_last_or_the_declared_one() -> None:
    rows = frames()[PAIRS].filter(role="primary")
    assert set(primary_times(CONFIG, rows)["time_h"]) == {72.0, None}
    early = CONFIG.model_copy(update={"statistics": Statistics(primary_time_h=24)})
    assert set(primary_times(early, rows)["time_h"]) == {24.0, None}
    other = CONFIG.model_copy(update={"statistics": Statistics(primary_time_h=48)})
    assert set(primary_times(other, rows)["time_h"]) == {72.0, None}  # never measured: the last one


def test_of_several_comparisons_the_one_with_most_pairs_speaks() -> None:
    rows = frames()[PAIRS].filter(role="primary", assay="qpcr")
    narrow = rows.head(1).with_columns(comparison_id=pl.lit("a_narrow"), padj=pl.lit(1e-9))
    assert set(broadest(pl.concat([narrow, rows]))["comparison_id"]) == {"all"}


def test_the_study_turns_on_its_disease() -> None:
    rows = frames()[PAIRS].filter(role="primary", assay="qpcr").to_dicts()
    assert [(p["group_a"], p["group_b"]) for p in turning_points(CONFIG, rows)] == [
        ("control", "il1b"),
        ("il1b", "exo"),
    ]
    statistics = Statistics(rescue=RescuePair(control="control", disease="exo"))
    other = CONFIG.model_copy(update={"statistics": statistics})
    assert [(p["group_a"], p["group_b"]) for p in turning_points(other, rows)] == [("control", "exo"), ("il1b", "exo")]
    alone = StudyYaml(study_id="x", conditions=[Condition(id="wild type")])
    assert len(turning_points(alone, rows)) == 3


def test_assays_come_in_the_order_of_a_paper_and_conditions_under_their_labels() -> None:
    rows = pl.DataFrame({"assay": ["qpcr", "wound_healing", "cell_viability"]})
    assert assays(rows) == ["cell_viability", "qpcr", "wound_healing"]
    assert assays(rows.clear()) == []
    assert labels(CONFIG)["exo"] == "IL-1β + exosomes"
