from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from flows.liveness import RUNS, is_held
from tests.servers.prefect_server import (
    ROOT,
    Served,
    free_port,
    register,
    start,
    stop,
    wait_until,
)

pytestmark = pytest.mark.server


def schedules(served: Served) -> dict[str, str]:
    return {s["slug"]: s["schedule"]["cron"] for s in served.deployment()["schedules"]}


def log_of(served: Served, run_id: str) -> list[str]:
    lines = served.call("/logs/filter", {"logs": {"flow_run_id": {"any_": [run_id]}}})
    return [line["message"] for line in lines]


def test_every_registered_study_has_scheduled_runs(served: Served) -> None:
    wait_until(lambda: len({r["parameters"]["request"]["study"] for r in served.runs("SCHEDULED")}) >= 2)

    assert schedules(served)["study_a"] == "30 3 * * *"
    assert schedules(served)["study_b"] == "0 4 * * *"
    assert {s["schedule"]["timezone"] for s in served.deployment()["schedules"]} == {"Asia/Shanghai"}


def test_schedules_follow_studies_that_come_change_and_go(served: Served) -> None:
    register(served.home, "study_c")
    wait_until(lambda: "study_c" in schedules(served))
    register(served.home, "study_c", cron="15 5 * * *")
    wait_until(lambda: schedules(served)["study_c"] == "15 5 * * *")
    (served.home / "registered" / "study_c" / "study.yaml").write_text("schedule: [")  # unreadable: stays as it is
    register(served.home, "study_d")
    wait_until(lambda: "study_d" in schedules(served))
    assert schedules(served)["study_c"] == "15 5 * * *"
    for name in ("study_c", "study_d"):
        shutil.rmtree(served.home / "registered" / name)
    wait_until(lambda: set(schedules(served)) == {"study_a", "study_b"})


def test_a_schedule_paused_in_the_ui_stays_paused_and_keeps_its_study(served: Served) -> None:
    def study_a() -> dict[str, Any]:
        return next(s for s in served.deployment()["schedules"] if s["slug"] == "study_a")

    path = f"/deployments/{served.deployment()['id']}/schedules/{study_a()['id']}"
    served.call(path, {"active": False}, method="PATCH")
    wait_until(lambda: study_a()["parameters"] == {"request": {"study": "study_a"}})
    assert study_a()["active"] is False
    served.call(path, {"active": True, "parameters": study_a()["parameters"]}, method="PATCH")


def test_a_run_triggered_with_parameters_completes(served: Served) -> None:
    run_id = served.trigger("study_a")

    wait_until(lambda: served.state_of(run_id) == "COMPLETED", 90)

    assert "study_a True" in (served.home / "nights.txt").read_text()
    assert served.call(f"/flow_runs/{run_id}", method="GET")["name"] == "nightly-study_a"
    wait_until(lambda: log_of(served, run_id).count("the night of study_a") == 1, 20)


def test_wrong_parameters_are_refused_before_the_run(served: Served) -> None:
    with pytest.raises(HTTPError) as refused:
        served.call(f"/deployments/{served.deployment()['id']}/create_flow_run", {"parameters": {"request": {}}})
    assert refused.value.code in (409, 422)
    refused.value.close()


def test_a_second_up_says_where_the_first_one_is(served: Served) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "tests.servers.serve_small_flow", str(served.home), str(free_port())],
        cwd=served.home,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert second.stdout == f"already running: {served.url}\n"
    assert served.process.poll() is None


def test_other_sites_cannot_reach_the_server(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"GET /api/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        answer = connection.recv(4096)
    assert b" 400 " in answer.splitlines()[0]
    assert b"content-security-policy: connect-src 'self'" in answer.lower()


def test_killed_up_leaves_no_server_and_the_next_one_reports_its_run_as_crashed(tmp_path: Path) -> None:
    register(tmp_path, "study_a")
    first = start(tmp_path)
    run_id = first.trigger("slow")
    mark = tmp_path / "prefect" / RUNS / run_id
    wait_until(lambda: is_held(mark) and first.state_of(run_id) == "RUNNING")

    os.killpg(first.process.pid, signal.SIGKILL)  # up and the run's process, as a power cut would
    stop(first)
    wait_until(lambda: not is_held(tmp_path / "prefect" / "server.alive"), 20)

    second = start(tmp_path)
    assert second.state_of(run_id) == "CRASHED"
    assert not mark.exists()
    assert stop(second) == 0
    assert not is_held(tmp_path / "prefect" / "server.alive")
