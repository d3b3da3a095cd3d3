"""``benchlake up``: the Prefect server, its UI, every study's schedule and the runner, in one command."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from deployments.leftovers import drop_missed_nights, report_dead_runs
from deployments.prefect_environment import PREFECT_FOLDER, python_path
from deployments.prefect_server import ALIVE, Server, ServerError, own_address, prefect_session
from deployments.registry import Registry
from deployments.schedules import reconcile
from flows.liveness import is_held, lock
from schemas.errors import BenchlakeError

if TYPE_CHECKING:
    from prefect import Flow
    from prefect.client.orchestration import PrefectClient
    from prefect.runner import Runner

log = getLogger(__name__)
SERVING = "serving"  # locked by the one process that serves this home
NIGHTLY = "nightly"
CHECK_SECONDS = 5.0
RECONCILE_SECONDS = 60.0
RUNS_AT_ONCE = 2

Registered = Callable[[Path], Mapping[str, Path]]  # home to the folder of each registered study
Tell = Callable[[str], None]


def platform_flows() -> list[Flow[Any, Any]]:
    """The flows that people find in the UI."""
    from flows.analyse import analyse  # Prefect is imported only after its environment stands
    from flows.ingest import ingest
    from flows.nightly import nightly
    from flows.publish import publish

    return [nightly, ingest, analyse, publish]


def print_line(line: str) -> None:
    """Write a line to standard output at once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def up(
    home: Path,
    port: int,
    *,
    registered: Registered | None = None,
    tell: Tell = print_line,
    flows: Callable[[], Sequence[Flow[Any, Any]]] = platform_flows,
    reconcile_s: float = RECONCILE_SECONDS,
) -> None:
    """Serve this home until Ctrl-C or SIGTERM; when it is already served, say where and return.

    Every flow gets a deployment of its own name, to be run on demand with a form; the flow
    named ``nightly`` gets one schedule per registered study, compared with the registered
    studies every ``reconcile_s`` seconds. Raises ``UserError`` when the
    port is taken by something else, ``ServerError`` when the Prefect server dies.
    """
    folder = home.resolve() / PREFECT_FOLDER
    serving = lock(folder / SERVING, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if serving is None:
        tell(f"already running: {own_address(folder) or 'starting'}")
        return
    os.environ["PYTHONPATH"] = python_path()  # for the processes of runs
    try:
        with prefect_session(home, port, exact_port=True) as server:
            tell(f"starting Prefect at {server.ui_url} (the first start of a home takes a little longer)")
            chosen = flows()
            server.wait_ready()
            asyncio.run(_Service(server, folder, home, registered or Registry(), tell, reconcile_s).serve(chosen))
        tell("stopped")
    finally:
        os.close(serving)


@dataclass(frozen=True)
class _Service:
    server: Server
    folder: Path
    home: Path
    registered: Registered
    tell: Tell
    reconcile_s: float

    async def serve(self, flows: Iterable[Flow[Any, Any]]) -> None:
        from prefect.client.orchestration import get_client
        from prefect.runner import Runner

        async with get_client() as client:
            await report_dead_runs(client, self.folder, all_unmarked=self.server.is_new)
            runner = Runner(name="benchlake", limit=RUNS_AT_ONCE, pause_on_shutdown=False)
            deployed = {flow.name: await _deploy(runner, flow) for flow in flows}
            for deployment_id in deployed.values():
                await drop_missed_nights(client, deployment_id)
            nightly = deployed.get(NIGHTLY)
            if nightly is not None:
                await self._reconcile(client, nightly)
            await self._run(client, runner, nightly)

    async def _run(self, client: PrefectClient, runner: Runner, nightly: UUID | None) -> None:
        """Let the runner work until a signal arrives or the server dies."""
        stop = asyncio.Event()
        running = asyncio.create_task(runner.start())
        await asyncio.sleep(0)  # the runner has now put its own signal handler, which ours replaces
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop.set)
        watching = asyncio.create_task(self._watch(client, nightly))
        stopping = asyncio.create_task(stop.wait())
        self.tell(f"ready: {self.server.ui_url} · Ctrl-C stops it")
        await asyncio.wait({running, watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        self.tell("stopping")
        stopping.cancel()
        if not watching.done():
            watching.cancel()
        if runner.started:
            await runner.astop()  # its runs are cancelled; what they had committed stands
        else:
            running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        with suppress(asyncio.CancelledError):
            await watching  # raises what it saw

    async def _watch(self, client: PrefectClient, nightly: UUID | None) -> None:
        """Follow studies that come and go, and runs that die. Raises ``ServerError`` when the server died."""
        pause, waited = min(CHECK_SECONDS, self.reconcile_s), 0.0
        while True:
            await asyncio.sleep(pause)
            waited += pause
            if self.server.folder is not None and not is_held(self.server.folder / ALIVE):
                raise ServerError(f"the Prefect server has died; its log is {self.server.folder / 'server.log'}")
            if waited >= self.reconcile_s:
                waited = 0.0
                await report_dead_runs(client, self.folder)
                if nightly is not None:
                    await self._reconcile(client, nightly)

    async def _reconcile(self, client: PrefectClient, nightly: UUID) -> None:
        try:
            studies = await asyncio.to_thread(self.registered, self.home)
        except (BenchlakeError, OSError) as error:
            log.warning("registered studies not read, schedules stay as they are: %s", error)
            return
        for line in await reconcile(client, nightly, studies):
            self.tell(line)


async def _deploy(runner: Runner, flow: Flow[Any, Any]) -> UUID:
    from prefect.types.entrypoint import EntrypointType

    deployment = await flow.ato_deployment(
        name=flow.name, tags=["benchlake"], entrypoint_type=EntrypointType.MODULE_PATH
    )
    deployment.work_pool_name = None  # said explicitly, so that runs come here and not to a pool of an earlier deploy
    deployment.work_queue_name = None
    deployment_id: UUID = await runner.aadd_deployment(deployment)
    return deployment_id
