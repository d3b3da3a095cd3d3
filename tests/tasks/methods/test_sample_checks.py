from __future__ import annotations

from schemas.errors import Problem
from schemas.sheets import DonorRow, MaterialRow, SampleRow
from schemas.study_yaml import StudyYaml
from tasks.methods.sample_checks import (
    donor_problems,
    identity_problems,
    implied_materials,
    material_problems,
    sample_problems,
)

CONFIG = StudyYaml.model_validate({"study_id": "s", "conditions": [{"id": "control"}, {"id": "il1b"}]})
SAMPLES = [
    SampleRow(sample="C1", condition="control", donor="D1", replicate="1", line=2),
    SampleRow(sample="I1", condition="il1b", donor="D1", replicate="1", line=3),
]


def brief(problems: object) -> list[tuple[str, str, str]]:
    assert isinstance(problems, list)
    assert all(isinstance(p, Problem) and p.remedy for p in problems)
    return [(str(p.severity), p.place, p.rule) for p in problems]


def check(**changed: object) -> list[tuple[str, str, str]]:
    added = SampleRow.model_validate({"sample": "X", "condition": "il1b", "donor": "D2", "line": 4, **changed})
    return brief(list(sample_problems([*SAMPLES, added], CONFIG)))


def test_good_samples_have_no_problem() -> None:
    assert check() == []


def test_a_condition_that_study_yaml_does_not_know_is_fatal_and_suggested() -> None:
    row = SampleRow(sample="X", condition="IL-1b", donor="D2", line=4)
    (problem,) = sample_problems([*SAMPLES, row], CONFIG)
    assert (problem.severity, problem.place, problem.rule) == ("fatal", "line 4, column condition", "unknown_condition")
    assert problem.remedy == "Did you mean il1b (it differs only by case and hyphen, underscore, dot or space)?"


def test_a_condition_without_cultures_is_a_warning() -> None:
    assert brief(list(sample_problems(SAMPLES[:1], CONFIG))) == [("warning", "", "condition_without_samples")]


def test_names_that_look_alike_a_missing_donor_a_wrong_date_and_a_repeated_replicate_are_found() -> None:
    assert check(sample="c-1") == [("warning", "line 4, column sample", "similar_ids")]
    assert check(donor="") == [("warning", "line 4, column donor", "missing_donor")]
    assert check(donor="D1", replicate="1") == [("warning", "line 4, column replicate", "duplicated_replicate")]
    assert check(donor="D1", replicate="1", batch="b2") == []
    assert check(donor="D1", replicate="1", attributes={"dose": "5"}) == []
    assert check(culture_date="2026-03-31") == []
    assert check(culture_date="2026-03-31T08:00:00") == []
    for wrong in ("3/31/2026", "2026-02-30", "20260331", "2026-03-31x"):
        assert check(culture_date=wrong) == [("fatal", "line 4, column culture_date", "wrong_type")]


def test_donors_must_be_described_where_the_study_describes_donors() -> None:
    donors = [DonorRow(donor="D1", line=2), DonorRow(donor="d-2", line=3)]
    materials = [MaterialRow(material="EXO", donor="D2", line=2)]
    problems = list(donor_problems(SAMPLES, donors, materials))
    assert [(p.file, p.place, p.rule) for p in problems] == [
        ("materials.csv", "line 2, column donor", "unknown_donor"),
        ("donors.csv", "line 3, column donor", "unused_donor"),
    ]
    assert [p.remedy.split(" (")[0] for p in problems] == ["Did you mean d-2", "Did you mean D2"]


def test_a_material_must_be_described_where_the_study_describes_materials() -> None:
    sample = SampleRow(sample="X", condition="il1b", material="EXO_1", line=4)
    (problem,) = material_problems([sample], [MaterialRow(material="EXO1", line=2)])
    assert (problem.severity, problem.rule) == ("fatal", "unknown_material")
    assert problem.remedy.startswith("Did you mean EXO1")
    assert [p.severity for p in material_problems([sample], None)] == ["warning"]
    assert [m.material for m in implied_materials([*SAMPLES, sample, sample])] == ["EXO_1"]


def test_columns_that_tell_who_a_donor_is_are_fatal() -> None:
    found = brief(list(identity_problems(["donor", "kind", "Date of birth", "Surname", "diagnosis"])))
    assert found == [
        ("fatal", "line 1, column Date of birth", "identifying_column"),
        ("fatal", "line 1, column Surname", "identifying_column"),
    ]
