"""A small study after its first night, made once and handed to every test as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.small_study import Bench, replace_folder, write_bench


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where the study and home of ``bench`` lie, and an untouched copy of them after one night."""
    root = tmp_path_factory.mktemp("bench")
    made = Bench(write_bench(root / "now" / "study"), root / "now" / "home")
    assert made.night().published_at is not None
    replace_folder(root / "now", root / "untouched")
    return root / "now", root / "untouched"


@pytest.fixture
def bench(first_night: tuple[Path, Path]) -> Bench:
    """The small study after one night."""
    now, untouched = first_night
    replace_folder(untouched, now)
    return Bench(now / "study", now / "home")


@pytest.fixture
def undrawn(bench: Bench) -> Bench:
    """The small study after one night; its further nights draw nothing."""
    return replace(bench, is_drawn=False)
