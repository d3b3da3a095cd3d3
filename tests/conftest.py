"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("benchlake", deadline=None)  # tests assert no wall time
settings.load_profile("benchlake")

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
