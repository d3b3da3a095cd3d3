"""Landing zone to core tables."""

from __future__ import annotations

from dataclasses import replace

from flows.requests import StudyRequest
from flows.study_flow import study_flow
from flows.verdict import concluded
from tasks.engine.context import only_flow_on
from tasks.engine.outcomes import Summary
from tasks.steps.ingest import load_batch, scan


@study_flow
def ingest(request: StudyRequest) -> Summary:
    """Only read the new raw files of one study; compute and publish nothing. `nightly` does it all.

    The files are kept as they are, read and checked. A file that cannot be read is put aside with
    the reason and what to do.
    """
    with only_flow_on(request.study, request.at, "ingest"):
        return concluded(ingested(request), request)


def ingested(request: StudyRequest) -> Summary:
    """Scan the landing zone and load what changed, in batches; again for what depends on the rows just loaded."""
    plan = scan(request.study, request.at, move=request.move)
    files = [outcome for batch in plan.batches for outcome in load_batch(plan, batch, request.at)]
    if not plan.is_last:
        plan = replace(scan(request.study, request.at), unchanged_count=plan.unchanged_count)
        files += [outcome for batch in plan.batches for outcome in load_batch(plan, batch, request.at)]
    return Summary(plan.study_id, files=tuple(files), unchanged_count=plan.unchanged_count, state=plan.state)
