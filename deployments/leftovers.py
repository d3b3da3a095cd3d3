"""What an earlier server left behind: runs whose process is gone, nights that were slept through."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows.liveness import RUNS, dead_runs, forget_runs, is_held

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun, State

log = getLogger(__name__)
GRACE = timedelta(minutes=1)
PAGE = 200  # the server's limit


async def report_dead_runs(client: PrefectClient, folder: Path, *, all_unmarked: bool = False) -> int:
    """Set runs to Crashed whose process has ended without saying so; give their number.

    ``folder`` is the home's Prefect folder with the marks of ``flows.liveness``.
    ``all_unmarked``: runs without a mark count as ended too, which holds when the server has
    just been started, because a live run would have kept it alive.
    """
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterId,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    under_way = FlowRunFilterState(
        type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
    )
    # First the marks, then the states: a run that ended properly meanwhile is seen in its final state.
    ended = dead_runs(folder)
    found: dict[UUID, FlowRun] = {}
    if ended:
        only = FlowRunFilter(state=under_way, id=FlowRunFilterId(any_=[UUID(i) for i in ended]))
        found |= {run.id: run for run in await _read_runs(client, flow_run_filter=only)}
    if all_unmarked:
        everyone = await _read_runs(client, flow_run_filter=FlowRunFilter(state=under_way))
        found |= {run.id: run for run in everyone if not is_held(folder / RUNS / str(run.id))}
    for run in found.values():
        state: State[None] = Crashed(
            message="Its process ended without a word (killed, out of memory, or power lost). Run it again."
        )
        await client.set_flow_run_state(run.id, state, force=True)
        log.warning("run %s (%s) had died: marked as crashed", run.name, run.id)
    forget_runs(folder, ended)
    return len(found)


async def drop_missed_nights(client: PrefectClient, deployment_id: UUID) -> int:
    """Cancel scheduled runs whose time passed while nothing served, but the last of each study; give their number.

    One run catches up with everything that arrived meanwhile.
    """
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterId,
        FlowRunFilter,
        FlowRunFilterExpectedStartTime,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.states import Cancelled

    runs = await _read_runs(
        client,
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC) - GRACE),
        ),
    )
    seen: set[str] = set()
    missed = 0
    for run in runs:
        what = json.dumps(run.parameters, sort_keys=True, default=str)
        if run.auto_scheduled and what in seen:
            await client.set_flow_run_state(run.id, Cancelled(message="Missed: a later run does its work."), force=True)
            missed += 1
        seen.add(what)
    if missed:
        log.info("%d missed runs cancelled; the last of each study catches up", missed)
    return missed


async def _read_runs(client: PrefectClient, **filters: Any) -> list[FlowRun]:  # noqa: ANN401 - Prefect's filters
    """Every run that the filters keep, the last expected first, page by page."""
    from prefect.client.schemas.sorting import FlowRunSort

    runs: list[FlowRun] = []
    while True:
        page = await client.read_flow_runs(
            **filters, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=PAGE, offset=len(runs)
        )
        runs += page
        if len(page) < PAGE:
            return runs
