"""How a function on one study becomes one of the platform's flows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from prefect import Flow, flow

from flows.liveness import hold_run
from flows.requests import StudyRequest

R = TypeVar("R")


def study_flow(function: Callable[[StudyRequest], R]) -> Flow[[StudyRequest], R]:
    """Declare a flow on one study, named as the function, its runs as function and study.

    Results stay in the warehouse, not in Prefect. Runs are marked as alive while their
    process lives (``flows.liveness``).
    """
    name = function.__name__
    declare = flow(
        name=name,
        flow_run_name=name + "-{request.study_name}",
        persist_result=False,
        validate_parameters=True,
        on_running=[hold_run],
    )
    return declare(function)
