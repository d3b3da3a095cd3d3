"""Tasks of the publish arrow."""

from __future__ import annotations

from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.engine.context import open_warehouse
from tasks.engine.publish import publish_study
from tasks.engine.study_files import read_folder, resolve


@task(task_run_name="publish {study}", tags=["writes-warehouse"], cache_policy=NO_CACHE, persist_result=False)
def publish(study: str, home: str, state: str, *, is_complete: bool) -> datetime:
    """Swap the study's rows in the published snapshot."""
    warehouse = open_warehouse(home)
    study_id = read_folder(resolve(study, warehouse)).study.study_id
    return publish_study(study_id, state, warehouse, is_complete=is_complete)
