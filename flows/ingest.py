"""Landing zone to core tables."""

from __future__ import annotations

from flows.requests import StudyRequest
from flows.study_flow import study_flow
from flows.verdict import concluded
from tasks.engine.context import only_flow_on
from tasks.engine.outcomes import Summary
from tasks.steps.ingest import load_batch, scan


@study_flow
def ingest(request: StudyRequest) -> Summary:
    """Keep the bytes of new files, read and check them, load what is good, quarantine what is not."""
    with only_flow_on(request.study, request.at, "ingest"):
        return concluded(ingested(request), request)


def ingested(request: StudyRequest) -> Summary:
    """Scan the landing zone and load what changed, in batches."""
    plan = scan(request.study, request.at, move=request.move)
    files = [outcome for batch in plan.batches for outcome in load_batch(plan, batch, request.at)]
    return Summary(plan.study_id, files=tuple(files), unchanged_count=plan.unchanged_count, state=plan.state)
