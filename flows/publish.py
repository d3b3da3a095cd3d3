"""Result tables to what analysts see."""

from __future__ import annotations

from dataclasses import replace

from flows.requests import StudyRequest
from flows.study_flow import study_flow
from flows.verdict import concluded
from tasks.engine.context import only_flow_on
from tasks.engine.outcomes import Summary
from tasks.steps import publish as step


@study_flow
def publish(request: StudyRequest) -> Summary:
    """Only show the results of one study, as computed so far, to everybody who asks by SQL. `nightly` does it all.

    All its tables change at once: nobody sees half of them.
    """
    with only_flow_on(request.study, request.at, "publish"):
        return concluded(published(request, Summary(request.study_name), is_complete=False), request)


def published(request: StudyRequest, summary: Summary, *, is_complete: bool) -> Summary:
    """Publish the study; ``is_complete``: every arrow before went through, so the same state needs no second run."""
    shown = step.publish(request.study, request.at, summary.state, is_complete=is_complete)
    fresh = {f.file_name for f in summary.files}
    standing = tuple(f for f in shown.standing if f.file_name not in fresh)
    return replace(
        summary,
        published_at=shown.published_at,
        standing=standing,
        withdrawn=shown.withdrawn,
        warnings=shown.warnings,
        figure_count=shown.figure_count,
        figure_folder=shown.figure_folder,
        report_path=shown.report_path,
    )
