"""A served home, started once a session and shared: a real Prefect server, its UI, runner and schedules."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

ROOT = Path(__file__).resolve().parents[2]
STUDY_YAML = "study_id: {name}\nconditions: [{{id: control}}]\nschedule: {{cron: '{cron}', timezone: Asia/Shanghai}}\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """A running ``up``."""

    home: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, path: str, body: object = None, method: str = "POST") -> Any:  # noqa: ANN401 - any JSON
        """JSON answer of the server's API; a busy server is asked again, as Prefect's own client does.

        It is busy where it says 503, or where it does not answer a question that changes nothing.
        """
        is_question = method == "GET" or path.endswith("/filter")
        for _ in range(20):
            try:
                return self._asked(path, body, method)
            except HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                time.sleep(0.5)
            except TimeoutError:
                if not is_question:
                    raise
        return self._asked(path, body, method)

    def _asked(self, path: str, body: object, method: str) -> Any:  # noqa: ANN401 - any JSON
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.url}/api{path}", data=data, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return json.loads(response.read() or b"null")

    def deployment(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("/deployments/name/nightly/nightly", method="GET")
        return found

    def runs(self, state: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(
            "/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": [state]}}}}
        )
        return found

    def trigger(self, study: str) -> str:
        body = {"parameters": {"request": {"study": study, "strict": True}}}
        return str(self.call(f"/deployments/{self.deployment()['id']}/create_flow_run", body)["id"])

    def state_of(self, run_id: str) -> str:
        return str(self.call(f"/flow_runs/{run_id}", method="GET")["state"]["type"])


def register(home: Path, name: str, cron: str = "30 3 * * *") -> None:
    folder = home / "registered" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(STUDY_YAML.format(name=name, cron=cron))


def start(home: Path) -> Served:
    """A serving process that has said that it is ready."""
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "BENCHLAKE_"))}
    environment |= {"PYTHONPATH": str(ROOT), "PREFECT_RUNNER_POLL_FREQUENCY": "2"}
    command = [sys.executable, "-m", "tests.servers.serve_small_flow", str(home), str(port)]
    with (home / "up.log").open("a") as errors:
        process = subprocess.Popen(
            command, cwd=home, env=environment, text=True, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    served = Served(home, port, process)
    lines = wait_for_line(process, "ready")
    if not lines or not lines[-1].startswith("ready"):
        stop(served)
        pytest.fail(f"{lines} {(home / 'up.log').read_text()[-3000:]}")
    return served


def wait_for_line(process: subprocess.Popen[str], start_of_line: str) -> list[str]:
    """Lines of standard output up to the one that starts so; all of them when the process ends before."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith(start_of_line):
            break
    return lines


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.2)


def stop(served: Served) -> int:
    """Stop it as Ctrl-C in a terminal does; give its exit code."""
    if served.process.poll() is None:
        served.process.send_signal(signal.SIGINT)
    code = served.process.wait(60)
    assert served.process.stdout is not None
    served.process.stdout.close()
    return code


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``up`` over a home with two registered studies."""
    home = tmp_path_factory.mktemp("served")
    register(home, "study_a")
    register(home, "study_b", cron="0 4 * * *")
    running = start(home)
    yield running
    assert stop(running) == 0
