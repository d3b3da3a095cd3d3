"""Tasks of the publish arrow."""

from __future__ import annotations

from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.engine.context import open_warehouse
from tasks.engine.outcomes import Summary
from tasks.engine.publish import looks_current, publish_study
from tasks.engine.study_files import read_folder, resolve


@task(task_run_name="compare {study}", cache_policy=NO_CACHE, persist_result=False)
def unchanged(study: str, home: str) -> Summary | None:
    """Say that the snapshot already shows the study as it lies on disk; null when it does not."""
    warehouse = open_warehouse(home)
    folder = read_folder(resolve(study, warehouse))
    if not looks_current(folder, warehouse):
        return None
    return Summary(folder.study.study_id, unchanged_count=len(folder.landing), is_unchanged=True)


@task(task_run_name="publish {study}", tags=["writes-warehouse"], cache_policy=NO_CACHE, persist_result=False)
def publish(study: str, home: str, state: str, *, is_complete: bool) -> datetime:
    """Swap the study's rows in the published snapshot."""
    warehouse = open_warehouse(home)
    study_id = read_folder(resolve(study, warehouse)).study.study_id
    return publish_study(study_id, state, warehouse, is_complete=is_complete)
