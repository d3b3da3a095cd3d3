"""The whole way of the data, for one study."""

from __future__ import annotations

from flows.analyse import analysed
from flows.ingest import ingested
from flows.publish import published
from flows.requests import StudyRequest
from flows.study_flow import study_flow
from flows.verdict import concluded, together
from tasks.engine.context import only_flow_on
from tasks.engine.outcomes import Summary
from tasks.steps.publish import unchanged


@study_flow
def nightly(request: StudyRequest) -> Summary:
    """Bring one study up to date with its landing zone, then publish it.

    One flow and not three, because a night is one thing to start, watch and repeat: a second
    run of the same night finds nothing to do and says so after a look at the files. What failed
    is reported only after the rest is published.
    """
    with only_flow_on(request.study, request.at, "nightly"):
        if (summary := unchanged(request.study, request.at)) is not None:
            return concluded(summary, request)
        summary = together(ingested(request), analysed(request))
        summary = published(request, summary, is_complete=not summary.failed)
        return concluded(summary, request)
