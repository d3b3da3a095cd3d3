"""``benchlake up`` with the small flow: HOME PORT; registered studies are the folders in HOME/registered."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deployments.serve import up


def registered(home: Path) -> Mapping[str, Path]:
    return {path.name: path for path in (home / "registered").iterdir()}


def small_flows() -> list[Any]:
    from tests.servers.small_flow import nightly  # noqa: PLC0415 - after the environment stands

    return [nightly]


if __name__ == "__main__":
    up(Path(sys.argv[1]), int(sys.argv[2]), registered=registered, flows=small_flows, reconcile_s=2)
