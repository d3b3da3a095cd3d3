from __future__ import annotations

from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study_yaml import StudyYaml
from tasks.methods.sample_levels import level, with_factors

SAMPLES = [
    SampleRow(sample="S1", condition="control", donor="D1", attributes={"dose": "low"}),
    SampleRow(sample="S2", condition="il1b", donor="NA", attributes={"dose": "?"}),
    SampleRow(sample="S3", condition="NA", attributes={"dose": "Na"}),
]


def test_factors_of_a_condition_are_levels_of_its_samples() -> None:
    conditions = [
        Condition(id="control", factors={"il1b": 0, "is_old": False, "dose": 3}),
        Condition(id="il1b", factors={"il1b": 10.0, "medium": " DMEM "}),
        Condition(id="NA"),
    ]
    found = with_factors(SAMPLES, StudyYaml(study_id="s", conditions=conditions))
    assert [level(s, "il1b") for s in found] == ["0", "10", ""]
    assert [level(s, "is_old") for s in found] == ["false", "", ""]
    assert [level(s, "medium") for s in found] == ["", "DMEM", ""]
    assert [level(s, "dose") for s in found] == ["low", "", "Na"]  # samples.csv goes before study.yaml
    assert [s.sample for s in found] == ["S1", "S2", "S3"]


def test_without_factors_samples_stay_as_they_are() -> None:
    assert with_factors(SAMPLES, None) == SAMPLES
    assert with_factors(SAMPLES, StudyYaml(study_id="s", conditions=[Condition(id="il1b")])) == SAMPLES


def test_what_says_that_a_value_is_not_known_is_no_level_unless_it_is_a_condition() -> None:
    assert [level(s, "donor") for s in SAMPLES] == ["D1", "", ""]
    assert [level(s, "condition") for s in SAMPLES] == ["control", "il1b", "NA"]
    assert level(SAMPLES[0], "no_such_column") == ""
