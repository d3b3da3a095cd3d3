from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deployments.prefect_server import ALIVE, Server, ServerError, answers, live_server, own_address, start_server
from flows.liveness import is_held
from schemas.errors import UserError
from tests.servers.prefect_server import ROOT, Served

TWO_USERS = """
import sys, pathlib
from deployments.prefect_server import prefect_session
with prefect_session(pathlib.Path(sys.argv[1]), 4200) as server:
    server.wait_ready()
    print(server.is_new, server.api_url, flush=True)
"""


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A server that somebody else runs, healthy."""
    with HTTPServer(("127.0.0.1", 0), _Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _no_server_of_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


def test_a_live_server_is_recognised(elsewhere: str) -> None:
    assert answers(elsewhere)
    assert not answers(elsewhere + "x")
    assert not answers("http://127.0.0.1:9/api")


def test_the_operators_server_is_used_and_left_alone(
    tmp_path: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", elsewhere)
    server = start_server(tmp_path, 4200)
    server.wait_ready()
    server.release()
    assert (server.api_url, server.is_new) == (elsewhere, False)
    assert live_server(tmp_path) == elsewhere
    assert not (tmp_path / "prefect").exists()


def test_an_operators_server_that_is_down_is_the_users_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(UserError, match="unset the variable"):
        start_server(tmp_path, 4200)


def test_a_taken_port_is_refused_where_people_expect_it(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} is in use.*--port"):
            start_server(tmp_path, port, exact_port=True)
    assert own_address(tmp_path / "prefect") is None


def test_the_address_of_a_dead_server_is_not_believed(tmp_path: Path, elsewhere: str) -> None:
    folder = tmp_path / "prefect"
    folder.mkdir()
    (folder / "server.json").write_text(json.dumps({"api_url": elsewhere, "pid": os.getpid()}))
    (folder / ALIVE).touch()
    assert live_server(tmp_path) is None
    (folder / "server.log").write_text("Traceback\nOSError: disk full\n")
    with pytest.raises(ServerError, match="disk full"):
        Server(elsewhere, folder, os.getpid()).wait_ready()


@pytest.mark.server
def test_a_second_user_shares_the_server_and_leaves_it_running(served: Served) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TWO_USERS, str(served.home)],
        env={k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"} | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"False {served.url}/api\n"
    assert is_held(served.home / "prefect" / ALIVE)
    assert live_server(served.home) == f"{served.url}/api"
