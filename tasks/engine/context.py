"""Settings to the things that steps work with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from schemas.errors import UserError
from schemas.settings import Settings
from tasks.engine.study_files import resolve
from warehouse.locks import file_lock
from warehouse.objects import ObjectStore, object_store
from warehouse.store import Warehouse


def settings(home: str | Path | None = None) -> Settings:
    """Settings of the environment; a home that is given goes before ``BENCHLAKE_HOME``.

    Raises ``UserError`` for a variable whose value is none.
    """
    try:
        return Settings(home=Path(home)) if home else Settings()
    except ValidationError as error:
        wrong = [f"BENCHLAKE_{str(e['loc'][0]).upper()} is {e['input']!r}: {e['msg']}" for e in error.errors()]
        raise UserError(f"{'; '.join(wrong)}. Correct or unset it.") from error


def open_warehouse(home: str | Path | None = None) -> Warehouse:
    """The warehouse of a home."""
    found = settings(home)
    return Warehouse(found.home, found.lock_timeout_s)


def open_objects(home: str | Path | None = None) -> ObjectStore:
    """The object store of a home."""
    return object_store(settings(home))


@contextmanager
def only_flow_on(study: str, home: str | Path | None, purpose: str) -> Iterator[None]:
    """Let one flow at a time work on a study: another's rows half way would be published as if they were whole.

    Raises ``UserError`` that names the other flow when it takes too long.
    """
    found, warehouse = settings(home), open_warehouse(home)
    path = resolve(study, warehouse)
    name = f"{path.name}-{hashlib.sha256(str(path).encode()).hexdigest()[:12]}.lock"
    with file_lock(warehouse.home / "work" / "flows" / name, purpose, found.lock_timeout_s):
        yield
