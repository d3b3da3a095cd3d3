"""Tasks of the analyse arrow."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.engine import analyse
from tasks.engine.analyse import Wave
from tasks.engine.context import open_warehouse
from tasks.engine.outcomes import PartOutcome
from tasks.engine.study_files import resolve
from warehouse.plan import PartPlan


@task(task_run_name="plan", tags=["writes-warehouse"], cache_policy=NO_CACHE, persist_result=False)
def plan_wave(names: tuple[str, ...], study: str, home: str) -> Wave:
    """Say which parts of the analyses must be computed now, and which analyses wait for them."""
    warehouse = open_warehouse(home)
    return analyse.plan_wave(names, str(resolve(study, warehouse)), warehouse)


@task(task_run_name="compute {name}", tags=["writes-warehouse"], cache_policy=NO_CACHE, persist_result=False)
def run_parts(name: str, plans: tuple[PartPlan, ...], study: str, home: str) -> list[PartOutcome]:
    """Compute parts of the analysis ``name`` and replace their rows."""
    assert {p.analysis for p in plans} == {name}
    warehouse = open_warehouse(home)
    return analyse.run_parts(plans, str(resolve(study, warehouse)), warehouse)
