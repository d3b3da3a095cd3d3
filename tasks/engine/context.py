"""Settings to the things that steps work with."""

from __future__ import annotations

from pathlib import Path

from schemas.settings import Settings
from warehouse.objects import ObjectStore, object_store
from warehouse.store import Warehouse


def settings(home: str | Path | None = None) -> Settings:
    """Settings of the environment; a home that is given goes before ``BENCHLAKE_HOME``."""
    return Settings(home=Path(home)) if home else Settings()


def open_warehouse(home: str | Path | None = None) -> Warehouse:
    """The warehouse of a home."""
    found = settings(home)
    return Warehouse(found.home, found.lock_timeout_s)


def open_objects(home: str | Path | None = None) -> ObjectStore:
    """The object store of a home."""
    return object_store(settings(home))
