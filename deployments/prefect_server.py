"""A Prefect server for this home: found, started in the background, shared, and stopped by its last user.

Nobody waits for it needlessly: ``start_server`` returns at once with the address, checking and
hashing go on, and ``wait_ready`` comes just before the first flow. Every process that uses the
server holds a share of ``prefect/server.users``; the server itself leaves when no share is
held, so even a killed command leaves no orphan behind.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from urllib.parse import urlsplit

from deployments.prefect_environment import PREFECT_FOLDER, USERS, ensure_env, environment, python_path
from flows.liveness import is_held, lock
from schemas.errors import BenchlakeError, UserError

log = getLogger(__name__)

LOOPBACK = "127.0.0.1"
READY_SECONDS = 180.0
STOP_SECONDS = 15.0
DRAIN_SECONDS = 5.0
ALIVE = "server.alive"  # locked by the server process for as long as it lives
STARTING = "server.starting"  # one starter at a time
ADDRESS = "server.json"
LOG = "server.log"


class ServerError(BenchlakeError):
    """The Prefect server did not come up."""


@dataclass
class Server:
    """A Prefect server in use by this process.

    ``folder`` is the home's Prefect folder; null for a server that somebody else runs
    (``PREFECT_API_URL``). ``is_new``: this process started it.
    """

    api_url: str
    folder: Path | None = None
    pid: int | None = None
    is_new: bool = False
    share: int | None = None

    @property
    def ui_url(self) -> str:
        """Where people look."""
        return self.api_url.removesuffix("/api")

    def wait_ready(self, timeout_s: float = READY_SECONDS) -> None:
        """Return when the server answers. Raises ``ServerError`` with the end of its log when it does not."""
        deadline = time.monotonic() + timeout_s
        while True:
            # While our process lives the port is ours; afterwards another home's server may answer there.
            if self.folder is not None and not is_held(self.folder / ALIVE):
                raise ServerError(f"the Prefect server ended while starting. {self._log_tail()}")
            if answers(self.api_url):
                return
            if time.monotonic() > deadline:
                raise ServerError(f"the Prefect server did not answer within {timeout_s:.0f} s. {self._log_tail()}")
            time.sleep(0.1)

    def release(self) -> None:
        """Stop using the server, and stop it when nobody else does. May be called twice."""
        if self.share is None or self.folder is None:
            return
        os.close(self.share)
        self.share = None
        alone = lock(self.folder / USERS, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if alone is None:
            return
        try:
            _stop(self.folder, self.pid)
        finally:
            os.close(alone)

    def _log_tail(self) -> str:
        if self.folder is None:
            return f"It is not ours: look at {self.api_url}."
        path = self.folder / LOG
        lines = path.read_text(errors="replace").splitlines()[-5:] if path.exists() else []
        return f"Its log, {path}, ends: {' | '.join(lines) or '(empty)'}"


def answers(api_url: str, timeout_s: float = 2.0) -> bool:
    """Whether a Prefect server says it is healthy at ``api_url``; asks this machine without a proxy."""
    address = urlsplit(api_url)
    try:
        if address.hostname == LOOPBACK:
            connection = http.client.HTTPConnection(LOOPBACK, address.port, timeout=timeout_s)
            try:
                connection.request("GET", f"{address.path}/health")
                return connection.getresponse().status == http.client.OK
            finally:
                connection.close()
        with urllib.request.urlopen(f"{api_url}/health", timeout=timeout_s) as response:  # noqa: S310 - operator's own
            return bool(response.status == http.client.OK)
    except urllib.error.HTTPError as error:
        return error.code in (http.client.UNAUTHORIZED, http.client.FORBIDDEN)  # alive behind a password
    except (OSError, http.client.HTTPException):
        return False


def live_server(home: Path) -> str | None:
    """API address of a server that answers now: ``PREFECT_API_URL``'s, or this home's own; null without one."""
    if url := os.environ.get("PREFECT_API_URL"):
        return url if answers(url) else None
    folder = home.resolve() / PREFECT_FOLDER
    address = _address(folder) if is_held(folder / ALIVE) else None
    return address[0] if address and answers(address[0]) else None


def start_server(home: Path, port: int, *, exact_port: bool = False) -> Server:
    """Use this home's server, starting one in the background if there is none; returns at once.

    Binds loopback only. A busy ``port`` is replaced by a free one, unless ``exact_port``:
    then ``UserError``. Release the server when done.
    """
    if url := os.environ.get("PREFECT_API_URL"):
        if not answers(url, timeout_s=10):
            raise UserError(
                f"PREFECT_API_URL is {url}, where no Prefect server answers: start it, or unset the variable"
            )
        return Server(url)
    folder = home.resolve() / PREFECT_FOLDER
    starting = lock(folder / STARTING, fcntl.LOCK_EX)
    share = lock(folder / USERS, fcntl.LOCK_SH)  # waits for a server that is just leaving
    assert starting is not None
    assert share is not None
    try:
        address = _address(folder) if is_held(folder / ALIVE) else None
        if address is not None:
            return Server(address[0], folder, address[1], share=share)
        with _listening(port, exact_port=exact_port) as listener:
            api_url, pid = _spawn(home, folder, listener)
        return Server(api_url, folder, pid, is_new=True, share=share)
    except BaseException:
        os.close(share)
        raise
    finally:
        os.close(starting)


@contextmanager
def prefect_session(home: Path, port: int, *, exact_port: bool = False) -> Iterator[Server]:
    """A server and the environment to reach it, for the length of a ``with`` block.

    Enter it before importing Prefect, do other work, then ``wait_ready`` and run flows.
    """
    before = os.environ.get("PREFECT_API_URL")
    server = start_server(home, port, exact_port=exact_port)
    ensure_env(home, server.api_url)
    try:
        with _applied() if "prefect" in sys.modules else nullcontext():
            yield server
    finally:
        _send_what_waits()
        server.release()
        if before is None:
            os.environ.pop("PREFECT_API_URL", None)


@contextmanager
def _applied() -> Iterator[None]:
    """Bring the environment into settings that Prefect read when it was imported earlier."""
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

    with temporary_settings(
        {PREFECT_API_URL: os.environ["PREFECT_API_URL"], PREFECT_HOME: Path(os.environ["PREFECT_HOME"])}
    ):
        yield


def _send_what_waits() -> None:
    """Let Prefect's threads send their last log lines and task states before the server may go."""
    if "prefect.events.worker" in sys.modules:
        from prefect.events.worker import EventsWorker  # imported already

        EventsWorker.drain_all(timeout=DRAIN_SECONDS)
    if "prefect.logging.handlers" in sys.modules:
        from prefect.logging.handlers import APILogWorker  # imported already

        APILogWorker.drain_all(timeout=DRAIN_SECONDS)


def own_address(folder: Path) -> str | None:
    """Where people look at the server of this Prefect folder; null while none is alive."""
    address = _address(folder) if is_held(folder / ALIVE) else None
    return address[0].removesuffix("/api") if address else None


def _address(folder: Path) -> tuple[str, int] | None:
    try:
        found = json.loads((folder / ADDRESS).read_text())
        return str(found["api_url"]), int(found["pid"])
    except (OSError, ValueError, KeyError):
        return None


def _listening(port: int, *, exact_port: bool) -> socket.socket:
    """A socket on loopback that listens already: from here on no other process can get its port."""
    for candidate in (port, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port left a minute ago is free
        try:
            listener.bind((LOOPBACK, candidate))
            listener.listen(128)
        except OSError:
            listener.close()
            if exact_port:
                raise UserError(f"port {port} is in use by another program: choose another one with --port") from None
            continue
        return listener
    raise ServerError("this machine has no free port left")


def _spawn(home: Path, folder: Path, listener: socket.socket) -> tuple[str, int]:
    port = int(listener.getsockname()[1])
    api_url = f"http://{LOOPBACK}:{port}/api"
    alive = lock(folder / ALIVE, fcntl.LOCK_EX)
    assert alive is not None
    variables = os.environ | environment(home)
    variables.pop("PREFECT_API_URL", None)
    variables |= {
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{LOOPBACK}:{port},http://localhost:{port}",
        "PYTHONPATH": python_path(),
    }
    command = [sys.executable, "-m", "deployments.prefect_app", str(listener.fileno())]
    try:
        with (folder / LOG).open("wb") as output:
            # A session of its own: Ctrl-C in the terminal reaches the command, which then stops the server.
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(alive, listener.fileno()),
            )
    finally:
        os.close(alive)  # the child's copy keeps the lock
    (folder / ADDRESS).write_text(json.dumps({"api_url": api_url, "pid": process.pid}))
    _CHILDREN[process.pid] = process
    log.info("prefect server pid=%d url=%s", process.pid, api_url)
    return api_url, process.pid


_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}  # to be reaped when stopped by this process


def _stop(folder: Path, pid: int | None) -> None:
    """End the server process; ``SIGKILL`` when it does not leave in time."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + STOP_SECONDS
        if pid is not None and is_held(folder / ALIVE):
            os.kill(pid, how)
        while is_held(folder / ALIVE) and time.monotonic() < deadline:
            time.sleep(0.05)
    (folder / ADDRESS).unlink(missing_ok=True)
    if pid is not None and (child := _CHILDREN.pop(pid, None)) is not None:
        child.wait(timeout=STOP_SECONDS)
