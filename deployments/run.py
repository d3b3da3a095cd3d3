"""``benchlake run``: plan first, start what is needed meanwhile, enter the flow only if something changed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from deployments.prefect_server import prefect_session
from schemas.settings import Settings
from tasks.engine.context import open_objects
from tasks.engine.ingest import hashes_of
from tasks.engine.outcomes import Summary
from tasks.engine.publish import is_current, looks_current, unchanged
from tasks.engine.study_files import read_folder, resolve
from warehouse.objects import store_address
from warehouse.store import Warehouse

Tell = Callable[[str], None]


def run(study: str, settings: Settings, *, move: bool = False, strict: bool = False, tell: Tell) -> Summary:
    """Bring one study up to date here and now.

    A Prefect server is used if one is live and started otherwise, while files are hashed;
    a study that did not change needs none.
    """
    warehouse = Warehouse(settings.home, settings.lock_timeout_s)
    folder = read_folder(resolve(study, warehouse))
    warehouse.prepare()
    tell(f"{folder.study.study_id}: {len(folder.landing):,} raw files, {len(folder.study.samples):,} samples")
    if looks_current(folder, warehouse, store_address(settings)):
        return unchanged(folder, warehouse)
    with prefect_session(settings.home, settings.prefect_port) as server:
        hashes = hashes_of(folder, warehouse.home, open_objects(settings.home), tell)
        if is_current(folder, hashes, warehouse):
            return unchanged(folder, warehouse)
        from flows.nightly import nightly
        from flows.requests import StudyRequest

        tell("waiting for the Prefect server")
        server.wait_ready()
        request = StudyRequest(study=str(folder.path), home=settings.home, strict=strict, move=move)
        return _told(nightly, request)


def run_arrow(name: str, study: str, settings: Settings, *, tell: Tell) -> Summary:
    """Run one flow alone: ``ingest``, ``analyse`` or ``publish``."""
    warehouse = Warehouse(settings.home, settings.lock_timeout_s)
    folder = read_folder(resolve(study, warehouse))
    warehouse.prepare()
    with prefect_session(settings.home, settings.prefect_port) as server:
        module = import_module(f"flows.{name}")
        requests = import_module("flows.requests")
        tell("waiting for the Prefect server")
        server.wait_ready()
        return _told(getattr(module, name), requests.StudyRequest(study=str(folder.path), home=settings.home))


def _told(flow: Callable[[Any], Summary], request: object) -> Summary:
    """Run a flow; a run that failed in parts gives its summary all the same."""
    from prefect.logging.handlers import APILogHandler

    from flows.verdict import RunFailedError

    try:
        return flow(request)
    except RunFailedError as failed:
        return failed.summary
    finally:
        APILogHandler().flush()  # the server may be ours and leave when we do
