from __future__ import annotations

from pathlib import Path

import pytest

from schemas.study import Condition, MaterialRow, SampleRow, Study, StudyYaml
from tasks.methods.file_samples import declared_number, sample_of
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
    ("text", "expected"), [("100", 100.0), ("", None), ("0", None), ("-2", None), ("many", None), ("inf", None)]
)
def test_a_further_column_may_hold_a_number(text: str, expected: float | None) -> None:
    assert declared_number(context(attributes={"dilution": text}), "dilution") == expected
    assert declared_number(context(), "dilution") is None
