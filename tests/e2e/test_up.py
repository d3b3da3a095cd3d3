"""``benchlake up`` as a lab uses it: a registered study is scheduled, and run on demand from the UI's form."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.e2e.small_study import write_bench
from tests.servers.prefect_server import ROOT, Served, free_port, stop, wait_for_line, wait_until

pytestmark = pytest.mark.server


def benchlake(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "deployments.cli", *arguments]


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "BENCHLAKE_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PREFECT_RUNNER_POLL_FREQUENCY": "2"}


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Served]:
    """A home with one registered study, served by the real command."""
    study, home, port = write_bench(tmp_path / "study"), tmp_path / "home", free_port()
    command = benchlake("register", str(study), "--home", str(home))
    subprocess.run(command, cwd=tmp_path, env=environment(), check=True)
    with (tmp_path / "up.log").open("w") as errors:
        process = subprocess.Popen(
            benchlake("up", "--home", str(home), "--port", str(port)),
            cwd=tmp_path, env=environment(), text=True, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
        )  # fmt: skip
    lines = wait_for_line(process, "ready")
    assert lines, (tmp_path / "up.log").read_text()[-3000:]
    running = Served(home, port, process)
    yield running
    assert stop(running) == 0


def test_a_registered_study_is_scheduled_and_a_triggered_night_publishes_its_tables(lab: Served) -> None:
    wait_until(lambda: bool(lab.runs("SCHEDULED")))
    assert {r["parameters"]["request"]["study"] for r in lab.runs("SCHEDULED")} == {"small_bench"}
    assert [s["slug"] for s in lab.deployment()["schedules"]] == ["small_bench"]

    run_id = lab.trigger("small_bench")
    wait_until(lambda: lab.state_of(run_id) in {"COMPLETED", "FAILED", "CRASHED"}, 180)

    assert lab.state_of(run_id) == "COMPLETED"
    with duckdb.connect(str(lab.home / "published.duckdb"), read_only=True) as connection:
        loaded, tests = connection.execute(
            "SELECT (SELECT loaded_count FROM mart.freshness), (SELECT count(*) FROM result.pairwise_tests)"
        ).fetchall()[0]
    assert loaded == 4
    assert tests > 0
    artifacts = lab.call("/artifacts/filter", {"limit": 50})
    assert {"small-bench-loaded", "small-bench-computed", "small-bench-report", "small-bench-summary"} <= {
        a["key"] for a in artifacts
    }

    misspelt = lab.trigger("Small_bench")
    wait_until(lambda: lab.state_of(misspelt) in {"COMPLETED", "FAILED", "CRASHED"}, 180)
    assert lab.state_of(misspelt) == "FAILED"
    of_run = {"flow_run_id": {"any_": [misspelt]}}
    found = [a for a in lab.call("/artifacts/filter", {"artifacts": of_run}) if a["key"]]  # others are Prefect's own
    assert [(a["key"], a["type"]) for a in found] == [("small-bench-failed", "markdown")]
    (shown,) = found
    said = "Small_bench is neither a study folder nor a registered study. Did you mean small_bench?"
    assert said in shown["data"]
    # Prefect sends log lines in batches
    wait_until(lambda: any(said in line["message"] for line in lab.call("/logs/filter", {"logs": of_run})))
