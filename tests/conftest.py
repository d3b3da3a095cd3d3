"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# no deadline: tests assert no wall time. The same examples in every run of one state of the code, so that a change is
# judged by itself; `make soak` draws others.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("other", deadline=None)
settings.load_profile("same")

pytest_plugins = ["tests.servers.prefect_server", "tests.servers.rgw"]

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files and reference results beside the checkout."""
    folder = Path(__file__).resolve().parents[1].parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"no real test files: {folder} is absent")
    return folder


@pytest.fixture(scope="session")
def airway_night(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after a night of the airway study: 64,102 genes, fitted once for every test that looks at them."""
    from tests.night import night  # noqa: PLC0415 (few tests need it)

    home = tmp_path_factory.mktemp("airway")
    summary = night(shared / "studies" / "airway", home)
    assert not summary.failed, summary.parts
    return home
