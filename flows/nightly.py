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
    """Bring one study up to date: read its new raw files, compute what they change, publish the results.

    Press Run and give the study; it also runs by itself every night, as its study.yaml says.
    It does no harm to run it twice: what did not change is neither read nor computed again.
    A file that cannot be read is left out, the rest goes on. The artifacts of the run say what
    was loaded and computed, what was left out and why, and what to do about it.
    """
    # one flow and not three: a night is one thing to start, watch and repeat
    with only_flow_on(request.study, request.at, "nightly"):
        if (summary := unchanged(request.study, request.at)) is not None:
            return concluded(summary, request)
        summary = together(ingested(request), analysed(request))
        summary = published(request, summary, is_complete=not summary.failed)
        return concluded(summary, request)
