"""Core tables to result tables."""

from __future__ import annotations

from flows.requests import StudyRequest
from flows.study_flow import study_flow
from flows.verdict import concluded
from tasks.engine.analyse import in_order
from tasks.engine.context import only_flow_on
from tasks.engine.figures import computations
from tasks.engine.outcomes import PartOutcome, Summary
from tasks.steps.analyse import plan_wave, run_parts


@study_flow
def analyse(request: StudyRequest) -> Summary:
    """Only compute again what changed in one study: files, sheets, settings or the program. `nightly` does it all.

    The results are seen by SQL once they are published.
    """
    with only_flow_on(request.study, request.at, "analyse"):
        return concluded(analysed(request), request)


def analysed(request: StudyRequest) -> Summary:
    """Plan and compute every analysis, each after those whose tables it reads; then draw the figures."""
    outcomes: list[PartOutcome] = []
    waiting = tuple(computations())
    while waiting:
        wave = plan_wave(waiting, request.study, request.at)
        outcomes += wave.settled
        for plans in wave.steps:
            outcomes += run_parts(plans[0].analysis, plans, request.study, request.at)
        waiting = wave.waiting
    return Summary(request.study_name, parts=in_order(outcomes))
