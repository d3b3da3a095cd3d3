"""What a changed file or well may move, and which of several a changed row is made of."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from schemas.study import Study
from schemas.study_yaml import StudyYaml
from tasks.engine.change_causes import CONTENTS, PLATES, QPCR, blame, reach

ANY = (None, None, None)
CAUSE = {"cause": pl.String, "object_id": pl.String, "well": pl.String, "sample_id": pl.String}


def study(**sections: dict[str, Any]) -> Study:
    known = {"study_id": "s", "conditions": [{"id": "control"}, {"id": "il1b"}], **sections}
    return Study(config=StudyYaml.model_validate(known), samples=())


def held(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Contents of files; a row without a plate is as freezes of earlier versions have it."""
    return pl.DataFrame([(*row, None)[: len(CONTENTS)] for row in rows], schema=CONTENTS, orient="row")


PLATE = held(
    (PLATES, "p1", "B02", "c1", 24.0, None, None, "control"),
    (PLATES, "p1", "B03", "t1", 24.0, None, None, "il1b"),
    (PLATES, "p1", "A01", None, 24.0, None, None, None),
    (PLATES, "p1", "A01", None, 72.0, None, None, None),
)
PLATES_OF_A_FILE = held(
    (PLATES, "p1", "B02", "c1", 24.0, None, None, "control", "p1/x"),
    (PLATES, "p1", "B03", "t1", 24.0, None, None, "il1b", "p1/x"),
    (PLATES, "p1", "C02", "c2", 24.0, None, None, "control", "p1/y"),
    (PLATES, "p1", "C03", "t2", 24.0, None, None, "il1b", "p1/y"),
    (PLATES, "p1", "A01", None, 24.0, None, None, None, "p1/y"),
)
PLATE_READ_TWICE = held(
    (PLATES, "p1", "B02", "c1", 24.0, None, None, "control", "x"),
    (PLATES, "p1", "A01", None, 24.0, None, None, None, "x"),
    (PLATES, "p2", "B02", "c1", 72.0, None, None, "control", "x"),
    (PLATES, "p2", "B03", "t1", 72.0, None, None, "il1b", "x"),
    (PLATES, "p3", "B03", "t2", 72.0, None, None, "il1b", "z"),
)
EXPERIMENT, FIRST = {"viability": {"scope": "experiment"}}, {"viability": {"time": "first"}}
RUN = held(
    (QPCR, "q1", "A01", "c1", None, "SOX9", "unknown", "control"),
    (QPCR, "q1", "A02", "t1", None, "SOX9", "unknown", "il1b"),
    (QPCR, "q1", "A03", "t1", None, "GAPDH", "unknown", "il1b"),
    (QPCR, "q1", "A04", None, None, "SOX9", "ntc", None),
    (QPCR, "q1", "A05", "pool", None, "SOX9", "irc", None),
)


@pytest.mark.parametrize(
    ("places", "config", "object_id", "well", "expected"),
    [
        (PLATE, {}, "p1", "B03", {("t1", 24.0, None)}),
        (PLATE, {}, "p1", "B02", {("c1", 24.0, None), ("t1", 24.0, None)}),  # a control: 100 % of its plate
        (PLATE, {"viability": {"reference": "il1b"}}, "p1", "B02", {("c1", 24.0, None)}),
        (PLATE, {"viability": {"reference": "il1b"}}, "p1", "B03", {("c1", 24.0, None), ("t1", 24.0, None)}),
        (PLATE, EXPERIMENT, "p1", "B02", {(None, 24.0, None)}),
        (PLATE, EXPERIMENT, "p1", "A01", {(None, 24.0, None), ("t1", 24.0, None)}),  # a blank of the reference
        (PLATE, FIRST, "p1", "B03", {("t1", None, None)}),
        (PLATES_OF_A_FILE, {}, "p1", "B02", {("c1", 24.0, None), ("t1", 24.0, None)}),
        (PLATES_OF_A_FILE, {}, "p1", "A01", {("c2", 24.0, None), ("t2", 24.0, None)}),
        (PLATE_READ_TWICE, {}, "p1", "B02", {("c1", 24.0, None)}),
        (PLATE_READ_TWICE, FIRST, "p1", "B02", {("c1", None, None), ("t1", None, None)}),
        (PLATE_READ_TWICE, FIRST, "p1", "A01", {("c1", None, None), ("t1", None, None)}),
        (PLATE, {}, "p1", "A01", {("c1", 24.0, None), ("t1", 24.0, None)}),  # a blank
        (PLATE, {}, "p1", None, {("c1", 24.0, None), ("t1", 24.0, None)}),
        (PLATE, {}, "p1", "H12", set()),
        (PLATE, {}, "p2", None, {ANY}),  # nothing is known of the file
        (RUN, {}, "q1", "A01", {(None, None, "sox9")}),  # the calibrator
        (RUN, {"qpcr": {"calibrator": "il1b"}}, "q1", "A01", {("c1", None, "sox9")}),
        (RUN, {}, "q1", "A03", {("t1", None, None)}),  # a reference gene
        (RUN, {}, "q1", "A04", {*((c, None, "sox9") for c in ("c1", "t1", "pool")), ("t1", None, None)}),  # an NTC
        (RUN, {}, "q1", "A05", {(None, None, "sox9")}),
    ],
)
def test_a_cause_reaches_what_is_computed_with_it(
    places: pl.DataFrame, config: dict[str, Any], object_id: str, well: str | None, expected: set[tuple[Any, ...]]
) -> None:
    causes = pl.DataFrame([("x", object_id, well, None)], schema=CAUSE, orient="row")
    found = reach(causes, places, study(**config), {"sox9"})
    assert set(found.select("sample_id", "time_h", "target").iter_rows()) == expected


@pytest.mark.parametrize(
    ("sample_id", "expected"),
    [("t1", {("t1", 24.0)}), ("c1", {("c1", 24.0), ("t1", 24.0)}), ("t9", set())],
)
def test_a_culture_reaches_its_own_values_and_as_the_reference_those_of_its_plate(
    sample_id: str, expected: set[tuple[str, float]]
) -> None:
    causes = pl.DataFrame([("x", "p1", None, sample_id)], schema=CAUSE, orient="row")
    found = reach(causes, PLATE, study(), set())
    assert set(found.select("sample_id", "time_h").iter_rows()) == expected


def test_results_inherit_what_their_own_values_are_made_of() -> None:
    runs = {"run_before": pl.String, "run_now": pl.String}
    viability = pl.DataFrame(
        [("24", "v", "w", "p1", "a", "t1", 24.0), ("72", "v", "w", "p2", "a", "t1", 72.0)],
        schema={"row": pl.String, **runs, "object_id": pl.String, "plate": pl.String, "sample_id": pl.String,
                "time_h": pl.Float64}, orient="row",
    )  # fmt: skip
    values = viability.drop("object_id", "plate").with_columns(run_before=pl.lit("m"), run_now=pl.lit("n"))
    read = pl.DataFrame(
        [(run, c, f"{c}.txt") for run in "vwmn" for c in ("p1", "p2")],
        schema=["run_id", "cause", "file"],
        orient="row",
    )
    reached = pl.DataFrame({"cause": ["p1", "p2"], "sample_id": "t1", "time_h": [24.0, 72.0], "target": None})
    changed = {"result.viability": viability, "result.measurements": values}
    found = blame(changed, read, reached.with_columns(pl.col("target").cast(pl.String)))
    expected = {(t, row, cause) for t in changed for row, cause in (("24", "p1"), ("72", "p2"))}
    assert set(found.iter_rows()) == expected
    other = blame(changed, read.filter(~pl.col("run_id").is_in(["v", "w"])), reached.head(0))
    assert not other.height
