"""Who is alive, by file locks that the kernel frees when a process ends, however it ends.

A Prefect server on one machine learns nothing of a process killed together with its runner:
the run would stay "Running" for ever. Each flow run therefore holds a lock on a file named by
its id, and ``benchlake up`` reports as crashed the runs whose lock is free.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol
from uuid import UUID

RUNS = "runs"


class _HasId(Protocol):
    @property
    def id(self) -> UUID: ...


def lock(path: Path, how: int) -> int | None:
    """Take a ``flock`` on ``path`` and give the descriptor that holds it; null when others hold it.

    ``how`` is ``LOCK_SH`` or ``LOCK_EX``, with ``LOCK_NB`` to give up at once. Closing the
    descriptor, or the end of the process, frees the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Whether a living process holds ``path`` exclusively. Askers do not disturb each other."""
    if not path.exists():
        return False
    descriptor = lock(path, fcntl.LOCK_SH | fcntl.LOCK_NB)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def hold_run(flow: object, flow_run: _HasId, state: object) -> None:  # noqa: ARG001 - the names are Prefect's
    """Mark a flow run as alive until its process ends; an ``on_running`` hook."""
    if folder := os.environ.get("PREFECT_HOME"):  # unset when somebody starts a flow by hand
        lock(Path(folder) / RUNS / str(flow_run.id), fcntl.LOCK_EX | fcntl.LOCK_NB)


def dead_runs(folder: Path) -> list[str]:
    """Ids of the flow runs that were held in ``folder`` and whose process has ended, in order of id.

    Forget them with ``forget_runs`` once the server knows.
    """
    return [path.name for path in sorted((folder / RUNS).glob("*")) if not is_held(path)]


def forget_runs(folder: Path, run_ids: list[str]) -> None:
    """Remove the marks of ended runs."""
    for run_id in run_ids:
        (folder / RUNS / run_id).unlink(missing_ok=True)
