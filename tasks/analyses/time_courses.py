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
from tasks.methods.put_back import listed, put_back
from tasks.methods.result_frames import result_frame
from tasks.methods.time_course_tests import course_rows
from tasks.methods.time_courses import COURSE, TWO, courses

READS, TABLE = "result.measurements", "result.time_course_tests"
READMITTED, BY = "result.readmitted_measurements", ("assay", "experiment", "condition", "time_h")
ROLE, PUT_BACK = "including_excluded", "put_back"
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
        found.append(Part(one.key, {READS: where, READMITTED: where}, parameters))
    return found


def run(part: Part, frames: Mapping[str, pl.DataFrame]) -> Computed:
    """Analyse every measure and target of the part over condition and time; name what is missing."""
    given = part.parameters
    rows = list(_rows(frames[READS], given))
    whole = put_back(frames[READS], frames[READMITTED], COURSE)
    named = {key: listed(some[PUT_BACK]) for key, some in whole.partition_by(COURSE, as_dict=True).items()}
    for row in _rows(whole, given):  # the design is chosen anew: with the culture back no cell may be missing
        if row["role"] == "primary":
            what = named[tuple(row[name] for name in COURSE)]
            note = f"{row['design_note']}; put back: {what}"
            rows.append(row | {"role": ROLE, PUT_BACK: what, "design_note": note})
    if not rows:
        return Computed({}, nothing="no measure has two times")
    about = {name: given[name] for name in GIVEN}
    table = result_frame([row | about for row in rows], TimeCourseTest).with_columns(pl.col(pl.Float64).fill_nan(None))
    return Computed({TABLE: table}, tuple(_incomplete(part, rows)))


def _rows(measured: pl.DataFrame, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of every course of the measurements."""
    for course in courses(measured, given["conditions"]):
        declared = given["primary_time_h"]
        primary = declared if declared is not None else max((t for _, t, _ in course.declared), default=None)
        yield from course_rows(course, given["design"], given["time_design"], primary)


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
    reads={READS: BY, READMITTED: BY},
    writes=(TABLE,),
    parts=parts,
    run=run,
    libraries=("numpy", "scipy"),
)
