from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from schemas.polars_schema import schema
from schemas.study import Study
from schemas.tables.readmitted_measurements import ReadmittedMeasurement
from tasks.analyses import time_courses
from tasks.figures.time_courses import COURSES, FIGURE, parts
from tasks.methods.figure_style import GROUPS
from tasks.methods.group_pictures import MEASUREMENTS, PAIRS, SUMMARIES
from tasks.methods.pvalue_text import pvalue_phrase
from tests.tasks.figures.bench_frames import measurements, part_and_frames, results_of, study
from tests.tasks.figures.pictures import drawn, words

MEANS = {"control": 1.0, "il1b": 0.5, "exo": 0.8}
OD = {"assay": "cell_viability", "measure": "viability", "target": "", "scale": "raw", "unit": "OD", "spread": 0.02}


def courses_of(about: Study, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Results of the group tests, and of the whole courses."""
    found: list[pl.DataFrame] = []
    for part in time_courses.ANALYSIS.parts(about, {MEASUREMENTS: rows}):
        given = {MEASUREMENTS: rows, time_courses.READMITTED: pl.DataFrame(schema=schema(ReadmittedMeasurement))}
        found += time_courses.ANALYSIS.run(part, given).frames.values()
    return results_of(about, rows) | {COURSES: pl.concat(found)}


def test_lines_errors_and_marks_are_the_tables_numbers() -> None:
    about = study(statistics={"primary_time_h": 48})
    found = courses_of(about, measurements(MEANS, times=(0, 24, 48), **OD))  # type: ignore[arg-type]
    part, frames = part_and_frames(FIGURE, about, found)
    drawing = drawn(FIGURE, part, frames)
    course, strip = drawing.figure.axes
    summaries = frames[SUMMARIES]
    assert [c.lines[0].get_color() for c in course.containers] == list(GROUPS[:3])
    for container, name in zip(course.containers, MEANS, strict=True):
        mine = summaries.filter(condition=name).sort("time_h")
        assert container.lines[0].get_ydata() == pytest.approx(mine["mean"].to_numpy())
        segments = np.array(container.lines[2][0].get_segments())
        assert segments[:, 1, 1] - segments[:, 0, 1] == pytest.approx(2 * mine["sd"].to_numpy())
        assert container.lines[0].get_xdata() == pytest.approx([0, 24, 48], abs=1)
    star = frames[PAIRS].filter(time_h=48, group_a="control", group_b="il1b")["stars"][0]
    assert star in {t.get_text() for t in strip.texts}
    assert {"Control", "IL-1β", "IL-1β + exosomes", "Viability"} <= words(drawing)
    assert course.get_xlabel() == "time (h)"
    assert "48 h, the primary time; tests at other times are exploratory" in drawing.caption
    assert drawing.source.filter(mark="mean").height == 9


def test_one_time_is_no_course() -> None:
    about = study()
    assert parts(about, results_of(about, measurements(MEANS, times=(24,), **OD))) == []  # type: ignore[arg-type]


def test_values_at_one_time_only_are_said_to_be_no_course() -> None:
    about = study()
    rows = measurements(MEANS, times=(0, 24), **OD).with_columns(  # type: ignore[arg-type]
        value=pl.when(pl.col("time_h") == 0).then(None).otherwise("value")
    )
    part, frames = part_and_frames(FIGURE, about, courses_of(about, rows))
    assert FIGURE.draw(part, frames) == "no quantity of all has values at two times"


def test_fold_changes_are_relative_to_the_calibrator_at_each_time() -> None:
    about = study()
    rows = measurements({k: v * 4 for k, v in MEANS.items()}, times=(0, 24))
    part, frames = part_and_frames(FIGURE, about, courses_of(about, rows))
    drawing = drawn(FIGURE, part, frames)
    assert drawing.figure.axes[0].get_yscale() == "log"
    assert drawing.source.filter(condition="control")["value"].to_list() == pytest.approx([1, 1])
    assert "at the same time, which is 1" in drawing.caption


def test_the_caption_says_whether_conditions_differ_over_the_whole_course() -> None:
    about = study()
    found = courses_of(about, measurements(MEANS, times=(0, 24, 48), **OD))  # type: ignore[arg-type]
    part, frames = part_and_frames(FIGURE, about, found)
    rows = {r["effect"]: r for r in frames[COURSES].iter_rows(named=True)}
    assert rows["condition:time"]["method"] == "two_way_repeated"
    caption = drawn(FIGURE, part, frames).caption
    assert f"conditions over all times {pvalue_phrase(rows['condition']['pvalue_gg'])}" in caption
    assert f"(curves that differ in shape) {pvalue_phrase(rows['condition:time']['pvalue_gg'])}" in caption
    assert "two-way repeated-measures ANOVA within donors, Greenhouse–Geisser ε = 0." in caption
    without = frames | {COURSES: frames[COURSES].clear()}
    assert "Whole course" not in drawn(FIGURE, part, without).caption


def test_a_course_that_lacks_a_value_says_what() -> None:
    about = study()
    rows = measurements(MEANS, times=(0, 24), **OD)  # type: ignore[arg-type]
    is_lost = (pl.col("sample_id") == "il1b_2") & (pl.col("time_h") == 24)
    rows = rows.with_columns(value=pl.when(is_lost).then(None).otherwise("value"))
    part, frames = part_and_frames(FIGURE, about, courses_of(about, rows))
    assert "Whole course: not tested (missing cell: " in drawn(FIGURE, part, frames).caption


def test_marks_of_six_groups_do_not_touch() -> None:
    means = {"control": 1.0, "il1b": 0.3, "exo": 0.7, "usc": 0.6, "gw": 0.5, "both": 0.8}
    about = study(6)
    found = courses_of(about, measurements(means, times=(0, 24, 48), **(OD | {"spread": 0.001})))  # type: ignore[arg-type]
    part, frames = part_and_frames(FIGURE, about, found)
    drawing = drawn(FIGURE, part, frames)
    drawing.figure.canvas.draw()
    strip = drawing.figure.axes[1]
    marks = [t.get_window_extent() for t in strip.texts if set(t.get_text()) <= set("*#\n")]
    assert len(marks) > 10
    assert max(t.get_text().count("\n") for t in strip.texts) == 1
    assert not [1 for i, a in enumerate(marks) for b in marks[:i] if a.overlaps(b)]
