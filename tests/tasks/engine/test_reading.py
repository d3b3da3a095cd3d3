from __future__ import annotations

from pathlib import Path

import pytest

from schemas.study import Condition, FileRow, SampleRow, Study, StudyYaml
from tasks.contracts import Context, RawFile
from tasks.engine.reading import read_file

SDS = (
    "SDS 2.1RQ Results\t1.0\nFilename\trun.sdm\nAssay Type\tRQ Study\n\n"
    "Well\tPlateID\tSample\tDetector\tTask\tCt\n1\t\tNP1\tSOX9\tTarget\t24.5\n2\t\tNP-2\tSOX9\tTarget\t25.5\n"
    "3\t\twater\tSOX9\tNTC\tUndetermined\n"
)


def study(*rows: FileRow) -> Study:
    config = StudyYaml(study_id="s", conditions=[Condition(id="control")])
    samples = tuple(SampleRow(sample=s, condition="control") for s in ("NP1", "NP2"))
    return Study(config=config, samples=samples, files=rows)


def raw(tmp_path: Path, name: str, text: str) -> RawFile:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return RawFile.read(path, f"landing/{name}")


def test_names_become_samples_and_one_warning_names_the_likely_match(tmp_path: Path) -> None:
    reading = read_file(raw(tmp_path, "run.txt", SDS), Context(study()))
    assert (reading.status, reading.assay) == ("loaded", "qpcr")
    wells = reading.frames["core.qpcr_wells"].sort("well")
    assert wells["sample_id"].to_list() == ["NP1", None, None]
    assert wells["sample_name"].to_list() == ["NP1", "NP-2", "water"]
    (problem,) = [p for p in reading.problems if p.rule == "unknown_sample"]
    assert "NP-2" in str(problem)
    assert "NP2" in str(problem)
    assert "water" not in str(problem)


def test_a_file_of_another_assay_than_files_csv_says_is_quarantined(tmp_path: Path) -> None:
    row = FileRow(file="landing/run.txt", assay="cell_viability", line=2)
    reading = read_file(raw(tmp_path, "run.txt", SDS), Context(study(row), row))
    assert reading.status == "quarantined"
    assert "SDS" in str(reading.reason)
    assert "files.csv" in str(reading.reason)


@pytest.mark.parametrize(
    ("assay", "status", "said"),
    [
        (None, "ignored", "no parser recognises"),
        ("reads", "ignored", "no parser for reads yet"),
        ("qpcr", "quarantined", "line 1"),
    ],
)
def test_what_nobody_reads_is_ignored_unless_a_reader_of_its_assay_exists(
    tmp_path: Path, assay: str | None, status: str, said: str
) -> None:
    row = FileRow.model_validate({"file": "landing/notes.txt", "assay": assay, "line": 2})
    reading = read_file(raw(tmp_path, "notes.txt", "a note"), Context(study(row), row))
    assert reading.status == status
    assert said in str(reading.reason)
