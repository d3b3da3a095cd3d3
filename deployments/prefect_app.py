"""The Prefect server's web application, closed to the outside and gone when nobody uses it.

Started by ``deployments.prefect_server`` as ``python -m deployments.prefect_app DESCRIPTOR`` with a
socket that listens already: so the port is taken before anybody is told of it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from deployments.prefect_environment import USERS
from flows.liveness import lock

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# The UI loads an analytics SDK even when analytics are off: the browser may talk to this server only.
CONTENT_SECURITY_POLICY = b"connect-src 'self' ws: wss:"
WATCH_SECONDS = 1.0
GRACEFUL_SECONDS = 3


def with_policy(app: App) -> App:
    """Add the content security policy to every response of ``app``."""

    async def wrapped(scope: Message, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), (b"content-security-policy", CONTENT_SECURITY_POLICY)]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_with_policy)

    return wrapped


def stop_when_unused(folder: Path) -> None:
    """End this process once no process holds a share of ``server.users`` any more.

    The lock is kept to the end, so that a newcomer waits for the exit and then starts afresh.
    """
    while lock(folder / USERS, fcntl.LOCK_EX | fcntl.LOCK_NB) is None:
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def create() -> App:
    """Build the application; hosts other than this machine's names are refused (DNS rebinding)."""
    from prefect.server.api.server import create_app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    threading.Thread(target=stop_when_unused, args=(Path(os.environ["PREFECT_HOME"]),), daemon=True).start()
    inner = create_app(final=True)
    return with_policy(TrustedHostMiddleware(inner, allowed_hosts=["127.0.0.1", "localhost", "testserver"]))


def main(descriptor: int) -> None:
    """Serve on the listening socket ``descriptor`` until a signal, or until nobody uses the server."""
    import uvicorn

    config = uvicorn.Config(create(), log_level="warning", timeout_graceful_shutdown=GRACEFUL_SECONDS)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]))
