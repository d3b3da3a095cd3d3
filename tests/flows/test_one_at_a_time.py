"""One flow at a time works on a study."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect import Flow

from flows.analyse import analyse
from flows.ingest import ingest
from flows.nightly import nightly
from flows.publish import publish
from flows.requests import StudyRequest
from schemas.errors import UserError
from tasks.engine.context import only_flow_on
from tasks.engine.outcomes import Summary


@pytest.mark.parametrize("flow", [ingest, analyse, publish, nightly], ids=lambda f: f.name)
def test_a_second_flow_is_told_which_one_is_at_work(
    flow: Flow[[StudyRequest], Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHLAKE_LOCK_TIMEOUT_S", "0.1")
    study, home = tmp_path / "study", tmp_path / "home"
    study.mkdir()
    (study / "study.yaml").touch()
    with only_flow_on(str(study), home, "an earlier night"), pytest.raises(UserError, match="an earlier night"):
        flow.fn(StudyRequest(study=str(study), home=home))


def test_another_study_is_not_kept_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHLAKE_LOCK_TIMEOUT_S", "0.1")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with only_flow_on(str(tmp_path / "a"), tmp_path / "home", "first"):
        with only_flow_on(str(tmp_path / "b"), tmp_path / "home", "second"):
            pass
        with only_flow_on(str(tmp_path / "a"), tmp_path / "other home", "third"):
            pass
