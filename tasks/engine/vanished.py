"""Raw files that are gone from landing but must be read again: their bytes come from the object store."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from logging import getLogger
from pathlib import Path

from warehouse.landing import describe
from warehouse.ledger import Arrival
from warehouse.objects import ObjectDamagedError, ObjectStore

log = getLogger(__name__)


def fetched(arrivals: Sequence[Arrival], home: Path, store: ObjectStore) -> tuple[Arrival, ...]:
    """The arrivals, those without a path with their kept bytes; one whose bytes are lost is left out and logged.

    The copies lie in ``home/work/vanished`` until ``forget`` takes them away.
    """
    found = []
    for arrival in arrivals:
        if arrival.file.path:
            found.append(arrival)
            continue
        path = _folder(home) / arrival.sha256
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            store.fetch(arrival.sha256, path)
        except ObjectDamagedError as error:
            log.warning("%s is gone from landing and keeps its rows as they are: %s", arrival.file.name, error)
            continue
        os.utime(path, (arrival.file.modified_at.timestamp(),) * 2)  # readers look at a file's date
        found.append(replace(arrival, file=describe(path, arrival.file.name)))
    return tuple(found)


def forget(arrivals: Sequence[Arrival], home: Path) -> None:
    """Take away the copies of the arrivals."""
    for arrival in arrivals:
        path = Path(arrival.file.path)
        if path.parent == _folder(home):
            path.unlink(missing_ok=True)


def _folder(home: Path) -> Path:
    return home / "work" / "vanished"
