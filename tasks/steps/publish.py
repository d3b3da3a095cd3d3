"""Tasks of the publish arrow."""

from __future__ import annotations

from dataclasses import replace

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.engine import publish as engine
from tasks.engine.context import open_warehouse, settings
from tasks.engine.outcomes import Summary
from tasks.engine.study_files import read_folder, resolve
from warehouse.objects import store_address


@task(task_run_name="compare {study}", cache_policy=NO_CACHE, persist_result=False)
def unchanged(study: str, home: str) -> Summary | None:
    """Say that the snapshot already shows the study as it lies on disk; null when it does not."""
    warehouse = open_warehouse(home)
    folder = read_folder(resolve(study, warehouse))
    if not engine.looks_current(folder, warehouse, store_address(settings(home))):
        return None
    return engine.unchanged(folder, warehouse)


@task(task_run_name="publish {study}", tags=["writes-warehouse"], cache_policy=NO_CACHE, persist_result=False)
def publish(study: str, home: str, state: str, *, is_complete: bool) -> Summary:
    """Swap the study's rows in the published snapshot; give the time, files held back or retracted, warnings."""
    warehouse = open_warehouse(home)
    study_id = read_folder(resolve(study, warehouse)).study.study_id
    away = engine.withdrawn(study_id, warehouse)
    at = engine.publish_study(study_id, state, warehouse, is_complete=is_complete)
    return replace(engine.published(study_id, warehouse), published_at=at, withdrawn=away)
