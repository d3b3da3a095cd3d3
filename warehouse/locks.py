"""File locks on the warehouse's own disk: one writer, one flow per study.

``flock`` and not ``lockf``: the latter lets a second handle of the same process in.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from typing import IO

from schemas.errors import UserError

log = getLogger(__name__)
FIRST_NOTICE_S = 2.0
POLL_S = 0.02


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        held = json.loads(stream.read() or "{}")
    except ValueError:
        held = {}
    return f"{held.get('purpose', 'another command')} (process {held.get('pid', '?')}, since {held.get('since', '?')})"


@contextmanager
def file_lock(path: Path, purpose: str, timeout_s: float) -> Iterator[None]:
    """Hold the lock file exclusively; while waiting say who holds it.

    Raises ``UserError`` that names the holder when ``timeout_s`` is over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        start, noticed = time.monotonic(), False
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = time.monotonic() - start
                if waited > timeout_s:
                    raise UserError(
                        f"{path.name} is held by {_holder(stream)} for more than {timeout_s:.0f} s. "
                        "Wait for it to end, or stop that process, and run the command again."
                    ) from None
                if waited > FIRST_NOTICE_S and not noticed:
                    log.warning("waiting for %s, held by %s", path.name, _holder(stream))
                    noticed = True
                time.sleep(POLL_S)
        stream.truncate(0)
        json.dump({"purpose": purpose, "pid": os.getpid(), "since": f"{datetime.now(UTC):%H:%M:%S} UTC"}, stream)
        stream.flush()
        yield  # closing the file gives the lock back, also when the process is killed
