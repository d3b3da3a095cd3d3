from __future__ import annotations

from pathlib import Path

import pytest

from schemas.bench_options import Condition
from schemas.sheets import MaterialRow, SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.methods.file_samples import declared_dilution, dilution_problems, sample_of
from tests.tasks.parsers.bench_files import context, raw_file

STUDY = Study(
    config=StudyYaml(study_id="s", conditions=[Condition(id="control")]),
    samples=(SampleRow(sample="C1", condition="control"),),
    materials=(MaterialRow(material="EXO1"),),
)


@pytest.mark.parametrize(
    ("name", "written", "declared", "expected"),
    [
        ("x.csv", "C1", "EXO1", "EXO1"),
        ("C1.csv", "run 7", None, "C1"),
        ("EXO1.csv", None, None, "EXO1"),
        ("x.csv", "EXO1", None, "EXO1"),
        ("x.csv", "run 7", None, "run 7"),
        ("beads.csv", " ", None, "beads"),
    ],
)
def test_who_names_the_sample(
    name: str, written: str | None, declared: str | None, expected: str, tmp_path: Path
) -> None:
    assert sample_of(raw_file(tmp_path, b"1", name), context(study=STUDY, sample=declared), written) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100", 100.0), ("", None), ("0", None), ("-2", None), ("many", None), ("inf", None), ("0.001", None)],
)
def test_a_dilution_is_a_number_of_1_or_more(text: str, expected: float | None) -> None:
    assert declared_dilution(context(attributes={"dilution": text})) == expected
    assert declared_dilution(context()) is None


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("1:1000", "Write 1000."),
        ("1/200", "Write 200."),
        ("500x", "Write 500."),
        ("0.001", "Write 1000."),
        *((text, "Write the factor, e.g. 1000 (1 where nothing was diluted).") for text in ("abc", "0", "-5", "1:0")),
    ],
)
def test_a_dilution_that_is_no_factor_is_told_with_its_line(text: str, remedy: str) -> None:
    (problem,) = dilution_problems(context(attributes={"dilution": text}, line=5), "landing/nta.csv")
    assert str(problem) == (
        f"landing/nta.csv, files.csv, line 5, column dilution: '{text}' is no number of 1 or more, so files.csv tells "
        f"no dilution. {remedy}"
    )


def test_a_good_dilution_or_none_is_told_nothing() -> None:
    for row in ({"attributes": {"dilution": "1000"}}, {"attributes": {"dilution": " "}}, {}):
        assert list(dilution_problems(context(**row), "f")) == []
