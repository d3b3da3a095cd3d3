from __future__ import annotations

from pathlib import Path

import pytest

from deployments.schedules import schedule_of
from schemas.bench_options import Schedule


def test_the_schedule_is_the_studys_own(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text("study_id: s\nschedule: {cron: '0 5 * * 1', timezone: Asia/Shanghai}\n")
    assert schedule_of(tmp_path) == Schedule(cron="0 5 * * 1", timezone="Asia/Shanghai")


@pytest.mark.parametrize("text", ["study_id: s\n", "", "schedule:\n"])
def test_without_one_it_is_two_at_night(tmp_path: Path, text: str) -> None:
    (tmp_path / "study.yaml").write_text(text)
    assert schedule_of(tmp_path) == Schedule(cron="0 2 * * *")


@pytest.mark.parametrize("text", ["schedule: [", "schedule: {cron: 3, colour: red}", "- a list", "schedule: daily"])
def test_an_unreadable_one_is_said_and_leaves_what_stands(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "study.yaml").write_text(text)
    assert schedule_of(tmp_path) is None
    assert "study.yaml" in caplog.text
