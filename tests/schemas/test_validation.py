from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

from schemas import validation
from schemas.base import ObjectId, StudyId, Table, Unit, tables
from schemas.checks import checks
from schemas.errors import DeclarationError
from schemas.expectations import broken_checks
from schemas.polars_schema import conform, schema
from schemas.tables.qpcr_wells import QpcrWell
from schemas.tables.samples import Sample
from schemas.validation import problems, validate, validate_objects


class Reading(Table, name="core.readings", key=("study_id", "object_id", "well", "time_h")):
    """One reading with a column of each kind."""

    study_id: StudyId
    object_id: ObjectId
    well: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$", description="Well.")]
    time_h: Annotated[float | None, Unit("h"), Field(ge=0, description="Time.")]
    value: Annotated[float | None, Field(gt=-1, lt=100, description="Value.")]
    repeat: Annotated[int | None, Field(ge=1, description="Repeat.")]
    role: Annotated[Literal["sample", "blank"] | None, Field(description="Role.")]
    is_good: Annotated[bool, Field(description="Good.")]
    read_at: Annotated[datetime | None, Field(description="When.")]


A, B = "a" * 64, "b" * 64
ROWS = st.fixed_dictionaries(
    {
        "study_id": st.sampled_from(["s", None]),
        "object_id": st.sampled_from([A, B, "short"]),
        "well": st.sampled_from(["A01", "B12", "b3", "A01\n", "", None]),
        "time_h": st.sampled_from([0.0, -0.0, 24.0, -1.0, None, float("nan"), float("inf")]),
        "value": st.one_of(st.none(), st.floats(width=32), st.sampled_from([-1.0, 100.0])),
        "repeat": st.one_of(st.none(), st.integers(-2, 3)),
        "role": st.sampled_from(["sample", "blank", "Sample", "", None]),
        "is_good": st.sampled_from([True, False, None]),
        "read_at": st.sampled_from([datetime(2024, 1, 1, tzinfo=UTC), None]),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=8))
def test_great_expectations_and_polars_agree(rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(rows, schema=schema(Reading)).with_columns(pl.selectors.float().fill_nan(None))
    by_polars = [check.name for check in checks(Reading) if check.is_broken(frame)]
    assert [check.name for check in broken_checks(frame, Reading)] == by_polars
    assert [violation.check for violation in validate(frame, Reading)] == by_polars


def wells(count: int, object_id: str = A, **columns: list[object]) -> pl.DataFrame:
    good = {
        "plate": ["p1"] * count,
        "plate_is_explicit": [True] * count,
        "well": [f"A{i + 1:02}" for i in range(count)],
        "reading": [1] * count,
        "target": ["GAPDH"] * count,
        "task": ["unknown"] * count,
        "cq": [20.0] * count,
    }
    return conform(pl.DataFrame(good | columns), QpcrWell, {"study_id": "s", "object_id": object_id})


def test_a_good_frame_and_an_empty_one_have_no_violation() -> None:
    assert validate(wells(3), QpcrWell) == []
    assert [table for table in tables().values() if validate(pl.DataFrame(schema=schema(table)), table)] == []


def test_a_single_column_key_is_checked_with_its_table() -> None:
    run = {"study_id": "s", "sample_id": "c1", "condition": "il1b", "condition_order": 0, "donor_id": "d1"}
    frame = conform(pl.DataFrame([run | {"replicate": "1", "experiment": "main", "attributes": "{}"}] * 2), Sample)
    (violation,) = validate(frame, Sample)
    assert (violation.check, violation.rows, violation.places[0]) == ("key_unique", (0, 1), "sample_id c1")
    assert violation.values == ("c1", "c1")


def test_a_violation_says_where_what_and_what_to_do() -> None:
    frame = wells(30, cq=[20.0] * 5 + [75.2] * 25, task=["unknown"] * 29 + ["NTC"])
    in_set, between = validate(frame, QpcrWell)
    assert (between.check, between.count, between.rows) == ("cq_between", 25, tuple(range(5, 25)))
    assert between.values[0] == "75.2"
    first, second = problems([between, in_set], "plates/day1.xls")
    assert str(first) == (
        "plates/day1.xls, column cq, row 6 (plate p1, well A06, target GAPDH, reading 1): 75.2 is out of bounds; "
        "cq must be at least 0 cycle and at most 60 cycle; so in 24 further rows. "
        "Check unit, decimal sign and column of the export; correct it and export the file again."
    )
    assert (first.rule, second.value) == ("cq_between", "NTC")
    assert "must be one of unknown, ntc, no_rt" in second.message


def test_missing_repeated_and_misspelt_values_read_well() -> None:
    frame = wells(3, well=["A01", "A01", "A1"], target=["GAPDH", "GAPDH", None])
    misspelt, missing, repeated = map(str, problems(validate(frame, QpcrWell), "x.csv"))
    assert misspelt == (
        "x.csv, column well, row 3 (plate p1, well A1, reading 1): 'A1' is written differently; well must have the "
        "form ^(?:[A-Z]{1,2}[0-9]{2})?$ (Row letter and two-digit column; empty where a plain table of Cq names no "
        "wells). Correct the spelling and export the file again."
    )
    assert missing == (
        "x.csv, column target, row 3 (plate p1, well A1, reading 1): nothing stands here; target must not be empty. "
        "Fill the cell in the instrument's software and export the file again."
    )
    assert repeated == (
        "x.csv, row 1 (plate p1, well A01, target GAPDH, reading 1): the same reading stands here more than once; "
        "plate, well, target, reading must occur once together; so in 1 further row. "
        "Export each reading once, or put the runs into files of their own."
    )


def test_a_batch_charges_each_file_with_its_own_rows() -> None:
    batch = pl.concat([wells(25, A, cq=[99.0] * 25), wells(2, B), wells(3, "c" * 64, cq=[1.0, 99.0, -1.0])])
    found = validate_objects(batch, QpcrWell)
    assert {key: [(v.check, v.count, len(v.rows)) for v in value] for key, value in found.items()} == {
        A: [("cq_between", 25, 20)],
        "c" * 64: [("cq_between", 2, 2)],
    }
    assert found["c" * 64][0].rows == (1, 2)


def test_above_a_million_rows_polars_decides_alone() -> None:
    count = validation.GX_ROWS + 1
    frame = (
        wells(1, cq=[70.0]).select(pl.all().repeat_by(count).explode()).with_columns(reading=pl.int_range(1, count + 1))
    )
    (violation,) = validate(frame, QpcrWell)
    assert (violation.check, violation.count) == ("cq_between", count)


def test_threads_do_not_mix_up_their_frames() -> None:
    frames = [wells(3), wells(3, cq=[99.0] * 3), wells(3, task=["x"] * 3)] * 3
    with ThreadPoolExecutor(4) as pool:
        found = [[v.check for v in violations] for violations in pool.map(lambda f: validate(f, QpcrWell), frames)]
    assert found == [[], ["cq_between"], ["task_in_set"]] * 3


def test_a_frame_without_all_columns_is_a_bug_of_the_caller() -> None:
    with pytest.raises(DeclarationError, match=r"core\.qpcr_wells: the frame lacks cq"):
        validate(wells(1).drop("cq"), QpcrWell)
    with pytest.raises(DeclarationError, match="its key has no object_id"):
        validate_objects(pl.DataFrame(schema=schema(Sample)), Sample)


def test_the_first_offending_rows_are_kept_as_json() -> None:
    run = {"study_id": "s", "sample_id": "c1", "condition": "il1b", "condition_order": 0, "donor_id": "d1"}
    frame = conform(pl.DataFrame([run | {"replicate": "1", "experiment": "main", "attributes": "{}"}] * 2), Sample)
    (problem,) = problems(validate(frame, Sample), "samples.csv")
    assert [row["row"] for row in json.loads(problem.offending_rows)] == [1, 2]
    assert json.loads(problem.offending_rows)[0]["place"] == "sample_id c1"
