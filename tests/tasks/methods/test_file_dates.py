from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.bench_options import Condition
from schemas.sheets import SampleRow
from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.methods.file_dates import before_culture
from tests.tasks.parsers.bench_files import raw_file


def said(folder: Path, *, cultured: str | None, written: str, printed: str | None = None) -> list[str]:
    study = Study(
        config=StudyYaml(study_id="s", conditions=[Condition(id="c")]),
        samples=(SampleRow(sample="C1", condition="c", culture_date=cultured),),
    )
    raw = replace(raw_file(folder, b"1"), modified_at=datetime.fromisoformat(written).replace(tzinfo=UTC))
    frame = pl.DataFrame({"sample_name": ["C1", None], "measured_on": [printed, "1999-01-01"]})
    return [str(p) for p in before_culture(raw, {"core.x": frame}, {"C1": "C1", "other": None}, study)]


@pytest.mark.parametrize(
    ("cultured", "written", "printed"),
    [
        ("2024-03-05", "2024-03-05T01:00", None),
        ("2024-03-05", "2024-03-04T11:00", None),  # the same day further east
        ("2024-03-05", "2024-03-01T01:00", "2024-03-06T10:00:00"),  # copied with a wrong clock
        ("2024-03-05", "2024-06-01T01:00", "2024-02-04"),  # 4 February, or 2 April
        (None, "1990-01-01T01:00", None),
    ],
)
def test_files_of_their_time_are_no_problem(
    cultured: str | None, written: str, printed: str | None, tmp_path: Path
) -> None:
    assert said(tmp_path, cultured=cultured, written=written, printed=printed) == []


def test_a_file_older_than_its_culture_is_told_in_one_line(tmp_path: Path) -> None:
    (line,) = said(tmp_path, cultured="2024-03-05", written="2024-03-01T01:00")
    assert line == (
        "landing/export.txt, sample C1: the file was last written on 2024-03-01, culture C1 was set up on 2024-03-05. "
        "Check whether this is another experiment's file, and the column culture_date of samples.csv."
    )
    (line,) = said(tmp_path, cultured="2024-03-05", written="2024-06-01T01:00", printed="2024-02-20T08:00:00")
    assert "was measured on 2024-02-20" in line


@pytest.mark.parametrize(
    ("run_at", "is_late"),
    [
        (["2024-03-01 10:00:00 PM EST"], True),
        (["2024-03-06 10:00:00 PM EST"], False),
        (["03-02-2024 17:56:18 CEST"], True),
        (["2024-03-01", "2024-03-06"], False),  # one of two runs may hold it
        (["2024-03-01", "no date"], False),
    ],
)
def test_a_run_dates_every_sample_in_it(run_at: list[str], is_late: bool, tmp_path: Path) -> None:  # noqa: FBT001
    study = Study(
        config=StudyYaml(study_id="s", conditions=[Condition(id="c")]),
        samples=(SampleRow(sample="C1", condition="c", culture_date="2024-03-05"),),
    )
    raw = replace(raw_file(tmp_path, b"1"), modified_at=datetime(2024, 6, 1, tzinfo=UTC))
    frames = {"core.qpcr_runs": pl.DataFrame({"run_at": run_at}), "core.x": pl.DataFrame({"sample_name": ["C1"]})}
    found = list(before_culture(raw, frames, {"C1": "C1"}, study))
    assert [p.rule for p in found] == ["file_before_culture"] * is_late
