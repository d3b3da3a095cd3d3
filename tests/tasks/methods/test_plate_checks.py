from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.grids import rotated, well_at
from tasks.methods.plate_checks import check_plates

SAMPLES = [f"S{i}" for i in range(10)]


def role_of(column: int) -> tuple[str | None, str]:
    if column == 0:
        return None, "blank"
    return (None, "empty") if column == 11 else (SAMPLES[column - 1], "sample")


def plate(
    ods: list[float], *, blank: float = 0.07, empty: float = 0.05, seed: int = 1, unit: str = "OD", turned: bool = False
) -> pl.DataFrame:
    """A 96-well plate: blanks in column 1, ten samples, empty wells in column 12; 5 % spread."""
    rng = np.random.default_rng(seed)
    true = {"blank": blank, "empty": empty} | dict(zip(SAMPLES, ods, strict=True))
    values = {}
    for row in range(8):
        for column in range(12):
            sample, role = role_of(column)
            values[well_at(row, column)] = true[sample or role] * float(rng.normal(1, 0.05))
    rows = []
    for row in range(8):
        for column in range(12):
            well = well_at(row, column)
            read = values[rotated(well, 96)] if turned else values[well]
            rows.append(("P1", well, 24.0, "absorbance", 450.0, *role_of(column), None, read, unit, None))
    return pl.DataFrame(
        rows,
        schema={
            "plate": pl.String,
            "well": pl.String,
            "time_h": pl.Float64,
            "measure": pl.String,
            "wavelength_nm": pl.Float64,
            "sample_name": pl.String,
            "role": pl.String,
            "blank_for": pl.String,
            "value": pl.Float64,
            "unit": pl.String,
            "flag": pl.String,
        },
        orient="row",
    )


def rules(frame: pl.DataFrame, wavelength_nm: float | None = 450) -> set[str]:
    return {p.rule for p in check_plates(frame, file="f", wavelength_nm=wavelength_nm)[1]}


@given(
    st.lists(st.floats(0.3, 2.0), min_size=10, max_size=10),
    st.floats(0.05, 0.1),
    st.integers(0, 50),
)
def test_a_well_made_plate_raises_no_alarm(ods: list[float], blank: float, seed: int) -> None:
    frame = plate(ods, blank=blank, seed=seed)
    flagged, problems = check_plates(frame, file="f", wavelength_nm=450)
    assert problems == []
    assert flagged.equals(frame)


@given(st.integers(1, 9), st.floats(0.05, 0.1), st.integers(0, 50))
def test_treatments_that_kill_every_cell_raise_no_alarm(dead: int, blank: float, seed: int) -> None:
    assert rules(plate([blank] * dead + [0.9] * (10 - dead), blank=blank, seed=seed)) == set()


def test_a_plate_of_dead_cells_only_raises_no_alarm() -> None:
    assert rules(plate([0.08] * 10)) == set()


@pytest.mark.parametrize("blank", [0.5, 1.0, 2.2])
def test_blanks_that_hold_cells_are_flagged(blank: float) -> None:
    flagged, problems = check_plates(plate([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0, 1.0, 1.0], blank=blank), file="f")
    assert [p.rule for p in problems] == ["blank_not_blank"]
    assert "A01, B01, C01" in problems[0].place
    assert flagged.filter(pl.col("flag") == "blank_not_blank")["role"].unique().to_list() == ["blank"]
    assert flagged.filter(pl.col("flag") == "blank_not_blank").height == 8


def test_blanks_above_some_samples_are_not_blank_even_where_other_samples_are_higher() -> None:
    assert rules(plate([0.07, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0], blank=0.5)) == {"blank_not_blank"}


def test_one_blank_with_cells_is_flagged_alone() -> None:
    frame = plate([0.8] * 10).with_columns(pl.when(pl.col("well") == "C01").then(0.9).otherwise("value").alias("value"))
    flagged, problems = check_plates(frame, file="f")
    assert flagged.filter(pl.col("flag").is_not_null())["well"].to_list() == ["C01"]
    assert [(p.rule, p.value) for p in problems] == [("blank_not_blank", "C01")]


def test_empty_wells_with_cells_are_flagged() -> None:
    flagged, problems = check_plates(plate([0.8] * 10, empty=0.7), file="f")
    assert [p.rule for p in problems] == ["empty_not_empty"]
    assert set(flagged.filter(pl.col("flag").is_not_null())["role"]) == {"empty"}


def test_a_plate_turned_round_is_told_from_blanks_with_cells() -> None:
    frame = (
        plate([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3], turned=True)
        .with_columns(
            # no empty column: the wells opposite the blanks are the last sample
            pl.when(pl.col("role") == "empty").then(pl.lit("sample")).otherwise("role").alias("role"),
            pl.when(pl.col("role") == "empty").then(pl.lit("S10")).otherwise("sample_name").alias("sample_name"),
        )
        .with_columns(pl.when(pl.col("role") == "blank").then(0.9).otherwise("value").alias("value"))
    )
    problems = check_plates(frame, file="f", wavelength_nm=450)[1]
    assert [p.rule for p in problems] == ["layout_rotated", "blank_not_blank"]
    assert "rotated 180°" in problems[0].message
    assert "H12" in problems[0].place


def test_od_above_three_is_flagged_and_kept_and_instrument_flags_stay() -> None:
    frame = plate([0.8] * 9 + [3.4]).with_columns(
        pl.when(pl.col("well") == "A11").then(None).otherwise("value").alias("value"),
        pl.when(pl.col("well") == "A11").then(pl.lit("overflow")).otherwise("flag").alias("flag"),
    )
    flagged, problems = check_plates(frame, file="f")
    assert [p.rule for p in problems] == ["over_range"]
    assert flagged.filter(pl.col("well") == "A11")["flag"].to_list() == ["overflow"]
    assert flagged.filter(pl.col("flag") == "over_range")["value"].min() > 3
    assert flagged["value"].equals(frame["value"])


def test_a_high_fluorescent_background_is_no_alarm_and_od_rules_do_not_apply() -> None:
    assert rules(plate([24000.0] * 10, blank=15000.0, empty=300.0, unit="RFU")) == set()
    assert rules(plate([24000.0] * 10, blank=24000.0, empty=300.0, unit="RFU")) == {"blank_not_blank"}


def test_blanks_are_judged_at_the_assays_wavelength_where_it_was_read() -> None:
    reference = plate([0.30] * 10, blank=0.29).with_columns(pl.lit(630.0).alias("wavelength_nm"))
    both = pl.concat([plate([0.9] * 10), reference])
    assert rules(both) == set()
    assert rules(reference) == {"blank_not_blank"}


def test_a_plate_without_layout_is_not_judged() -> None:
    assert rules(plate([0.8] * 10).with_columns(pl.lit(None, pl.String).alias("role"))) == set()


def test_blanks_of_their_own_group_are_compared_with_that_group() -> None:
    coloured = plate([0.9] * 5 + [0.08] * 5).with_columns(
        pl.when((pl.col("role") == "blank") & pl.col("well").str.contains("^[A-D]"))
        .then(0.3)
        .otherwise("value")
        .alias("value"),
        pl.when((pl.col("role") == "blank") & pl.col("well").str.contains("^[A-D]"))
        .then(pl.lit("S0; S1"))
        .otherwise("blank_for")
        .alias("blank_for"),
    )
    assert rules(coloured) == set()
