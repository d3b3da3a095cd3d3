"""Tasks of the ingest arrow."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.engine import ingest
from tasks.engine.context import open_objects, open_warehouse
from tasks.engine.ingest import IngestPlan
from tasks.engine.outcomes import FileOutcome
from tasks.engine.study_files import read_folder, resolve
from tasks.steps.retries import is_transient
from warehouse.ledger import Arrival


@task(
    task_run_name="scan {study}",
    tags=["writes-warehouse"],
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=[1, 5, 20],
    retry_condition_fn=is_transient,
)
def scan(study: str, home: str, *, move: bool = False) -> IngestPlan:
    """Keep the bytes of new files and bring sheets and ledger up to date; say what must be read."""
    warehouse = open_warehouse(home)
    return ingest.plan_ingest(read_folder(resolve(study, warehouse)), warehouse, open_objects(home), move=move)


@task(
    task_run_name="load {plan.study_id}",
    tags=["writes-warehouse"],
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=[1, 5, 20],
    retry_condition_fn=is_transient,
)
def load_batch(plan: IngestPlan, batch: tuple[Arrival, ...], home: str) -> list[FileOutcome]:
    """Read, check and load one batch of files in one transaction."""
    return ingest.load_batch(plan, batch, open_warehouse(home), open_objects(home))
