from __future__ import annotations

from pathlib import Path

import pytest

from deployments.prefect_environment import environment, python_path


def test_the_homes_own_folder_and_no_telemetry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", "/somebody/elses")
    monkeypatch.delenv("PREFECT_SERVER_ANALYTICS_ENABLED", raising=False)
    found = environment(tmp_path)
    assert found["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert found["BENCHLAKE_HOME"] == str(tmp_path)
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert "PREFECT_API_URL" not in found


def test_an_operators_setting_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_RUNNER_POLL_FREQUENCY", "60")
    assert "PREFECT_RUNNER_POLL_FREQUENCY" not in environment(tmp_path)


def test_a_proxy_is_not_asked_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet,127.0.0.1")
    assert environment(tmp_path)["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_children_find_this_code_first(monkeypatch: pytest.MonkeyPatch) -> None:
    root = str(Path(__file__).resolve().parents[2])
    monkeypatch.setenv("PYTHONPATH", f"/elsewhere:{root}")
    assert python_path() == f"{root}:/elsewhere"
