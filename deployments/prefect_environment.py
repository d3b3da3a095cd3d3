"""The environment that Prefect must find before it is imported."""

from __future__ import annotations

import os
from pathlib import Path

PREFECT_FOLDER = "prefect"
USERS = "server.users"  # every process that uses the home's server holds a share

# What holds for every process; an operator's own setting wins.
_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_RUNNER_POLL_FREQUENCY": "5",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_UI_API_URL": "/api",
    "RAY_USAGE_STATS_ENABLED": "0",
}


def environment(home: Path, api_url: str | None = None) -> dict[str, str]:
    """The variables that a Prefect process of this home needs, as far as nobody has set them.

    ``BENCHLAKE_HOME`` and ``PREFECT_HOME`` are always the home's own, so that a person's
    other Prefect profiles and runs stay apart from it. A proxy is never asked for this machine.
    """
    home = home.resolve()
    wanted = {name: value for name, value in _DEFAULTS.items() if name not in os.environ}
    direct = [part for part in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if part]
    wanted["NO_PROXY"] = wanted["no_proxy"] = ",".join(dict.fromkeys([*direct, "127.0.0.1", "localhost"]))
    wanted |= {"BENCHLAKE_HOME": str(home), "PREFECT_HOME": str(home / PREFECT_FOLDER)}
    if api_url:
        wanted["PREFECT_API_URL"] = api_url
    return wanted


def ensure_env(home: Path, api_url: str | None = None) -> None:
    """Put the environment in place; call it before Prefect is imported for the first time."""
    os.environ.update(environment(home, api_url))


def python_path() -> str:
    """``PYTHONPATH`` with which child processes find the same code as this one, wherever they start."""
    root = str(Path(__file__).resolve().parents[1])
    others = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    return os.pathsep.join(dict.fromkeys([root, *others]))
