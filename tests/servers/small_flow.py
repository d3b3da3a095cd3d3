"""A real flow with the real request, whose work is one line in a file: what serving is tested with."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

from flows.requests import StudyRequest
from flows.study_flow import study_flow


@study_flow
def nightly(request: StudyRequest) -> None:
    """Write down that the study's night came; a study named `slow…` takes minutes."""
    logging.getLogger("tasks.small").info("the night of %s", request.study)
    with (Path(os.environ["BENCHLAKE_HOME"]) / "nights.txt").open("a") as stream:
        stream.write(f"{request.study} {request.strict}\n")
    if request.study.startswith("slow"):
        time.sleep(300)
