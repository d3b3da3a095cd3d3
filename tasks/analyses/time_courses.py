"""Time courses: whether conditions differ over the whole course, and whether their curves differ in shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from schemas.errors import Problem, warning
from schemas.study import Study
from schemas.tables.time_course_tests import TimeCourseTest
from tasks.contracts import Analysis, Computed, Part
from tasks.methods.compared_groups import compared_groups
from tasks.methods.result_frames import result_frame
from tasks.methods.time_course_tests import course_rows
from tasks.methods.time_courses import TWO, courses

READS, TABLE = "result.measurements", "result.time_course_tests"
GIVEN = ("comparison_id", "assay", "experiment")


def parts(study: Study, slices: Mapping[str, pl.DataFrame]) -> list[Part]:
    """One part per comparison, assay and experiment with two conditions or more and two times or more."""
    options = study.config.statistics
    found = []
    for one in compared_groups(study, slices[READS]):
        times = [t for t in one.times if t is not None]
        if len(times) < TWO or len(one.conditions) < TWO:
            continue
        where = {"assay": (one.assay,), "experiment": (one.experiment,), "condition": one.conditions}
        parameters = {
            "comparison_id": one.comparison.id,
            "assay": one.assay,
            "experiment": one.experiment,
            "conditions": list(one.conditions),
            "design": options.design,
            "time_design": options.time_design,
            "primary_time_h": options.primary_time_h,
        }
        found.append(Part(one.key, {READS: where}, parameters))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Analyse every measure and target of the part over condition and time; name what is missing."""
    given = part.parameters
    rows: list[dict[str, Any]] = []
    for course in courses(frames[READS], given["conditions"]):
        declared = given["primary_time_h"]
        primary = declared if declared is not None else max((t for _, t, _ in course.declared), default=None)
        rows += course_rows(course, given["design"], given["time_design"], primary)
    if not rows:
        return Computed({}, nothing="no measure has two times")
    about = {name: given[name] for name in GIVEN}
    table = result_frame([row | about for row in rows], TimeCourseTest).with_columns(pl.col(pl.Float64).fill_nan(None))
    return Computed({TABLE: table}, tuple(_incomplete(part, rows)))


def _incomplete(part: Part, rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """One warning for the courses that could not be analysed as a whole because values are missing."""
    given = part.parameters
    lost = [r for r in rows if r["role"] == "primary" and str(r["na_reason"]).startswith("missing_cell")]
    if not lost:
        return
    names = list(dict.fromkeys(" ".join(str(r[k]) for k in ("measure", "target") if r[k]) for r in lost))
    what = str(lost[0]["na_reason"]).removeprefix("missing_cell: ")
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    yield warning(
        "samples.csv",
        f"comparison {given['comparison_id']}, {given['assay']}, experiment {given['experiment']}",
        "time_course_incomplete",
        f"the time course of {names[0]}{more} was not analysed as a whole: no value for {what}",
        "Measure what is missing, or leave the condition or time out; single times are tested all the same.",
        str(given["assay"]),
    )


ANALYSIS = Analysis(
    name="time_courses",
    reads={READS: ("assay", "experiment", "condition", "time_h")},
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
