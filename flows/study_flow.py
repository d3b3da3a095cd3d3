"""How a function on one study becomes one of the platform's flows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from prefect import Flow, flow
from prefect.context import FlowRunContext
from prefect.logging.handlers import APILogHandler

from flows.liveness import hold_run
from flows.requests import StudyRequest
from flows.verdict import RunFailedError, show_failure
from schemas.errors import BenchlakeError

log = logging.getLogger(__name__)
R = TypeVar("R")
PACKAGES = ("flows", "tasks", "warehouse")


def study_flow(function: Callable[[StudyRequest], R]) -> Flow[[StudyRequest], R]:
    """Declare a flow on one study, named as the function, its runs as function and study.

    Results stay in the warehouse, not in Prefect. Runs are marked as alive while their
    process lives (``flows.liveness``), and show the log lines of our own packages.
    """
    name = function.__name__
    declare = flow(
        name=name,
        flow_run_name=name + "-{request.study_name}",
        persist_result=False,
        validate_parameters=True,
        on_running=[hold_run, show_log],
    )
    return declare(_telling_why(function))


def _telling_why(function: Callable[[StudyRequest], R]) -> Callable[[StudyRequest], R]:
    """Let a run that fails say why where people look: in its log, and in an artifact with what to do."""

    @wraps(function)
    def told(request: StudyRequest) -> R:
        try:
            return function(request)
        except Exception as error:
            if FlowRunContext.get() is not None:  # otherwise nobody has a page to look at
                is_ours = isinstance(error, BenchlakeError)
                log.error("%s", error, exc_info=None if is_ours else error)  # noqa: TRY400 (a mistake needs no traceback)
                if not isinstance(error, RunFailedError):  # its summary is shown already
                    show_failure(error, request)
            raise

    return told


def show_log(flow: object, flow_run: object, state: object) -> None:  # noqa: ARG001 - an ``on_running`` hook
    """Send the canonical log lines of steps to the run's page.

    Not by ``PREFECT_LOGGING_EXTRA_LOGGERS``, whose handler warns about every line that is
    logged outside a run.
    """
    for name in PACKAGES:
        logger = logging.getLogger(name)
        if not any(isinstance(handler, APILogHandler) for handler in logger.handlers):
            logger.addHandler(APILogHandler(logging.INFO))
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
