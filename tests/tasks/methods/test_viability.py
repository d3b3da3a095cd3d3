from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.viability import viability

Row = dict[str, Any]


def well(sample: str | None, value: float | None, **more: object) -> Row:
    condition = None if sample is None else "control" if sample.startswith("C") else "treated"
    row: Row = {"object_id": "f1", "plate": "P1", "plate_is_explicit": False, "time_h": 24.0, "sample_id": sample}
    row |= {"condition": condition, "role": "blank" if sample is None else "sample", "blank_for": None}
    return row | {"unit": "OD", "value": value, "flag": None, "is_excluded": False, "is_sample_excluded": False} | more


PLATE = (
    well(None, 0.10), well(None, 0.12),
    well("C1", 1.11), well("C1", 1.21), well("C2", 0.91), well("C2", 1.01),
    well("T1", 0.61), well("T1", 0.61), well("T1", 0.61),
)  # fmt: skip


def computed(*rows: Row, **options: str) -> dict[tuple[str, str, float | None], Row]:
    schema = {"value": pl.Float64, "flag": pl.String, "time_h": pl.Float64, "blank_for": pl.String, "role": pl.String}
    frame = pl.DataFrame(list(rows), schema_overrides=schema | {"sample_id": pl.String, "condition": pl.String})
    table = viability(frame, reference="control", **options).to_dicts()
    return {(r["sample_id"], r["plate"], r["time_h"]): r for r in table}


def test_viability_is_the_blanked_od_in_percent_of_the_reference_cultures() -> None:
    found = computed(*PLATE)["T1", "P1", 24.0]
    assert found["blank_od"] == pytest.approx(0.11)
    assert found["reference_od"] == pytest.approx(1.06)
    assert found["percent_viability"] == pytest.approx(100 * (0.61 - 0.11) / (1.06 - 0.11))
    assert (found["well_count"], found["lost_count"], found["na_reason"]) == (3, 0, None)


def test_the_reference_weighs_cultures_not_wells() -> None:
    more = [well("C1", 1.16) for _ in range(6)]
    assert computed(*PLATE, *more)["T1", "P1", 24.0]["reference_od"] == pytest.approx(1.06)


@pytest.mark.parametrize(
    "lost",
    [{"value": 3.4}, {"value": 3.1, "flag": "over_range"}, {"value": None, "flag": "overflow"},
     {"value": None, "flag": "missed"}],
)  # fmt: skip
def test_wells_without_a_usable_reading_are_left_out_and_counted(lost: Row) -> None:
    one = computed(*PLATE, well("T1", 0.0) | lost)["T1", "P1", 24.0]
    assert (one["mean_od"], one["well_count"], one["lost_count"]) == (pytest.approx(0.61), 3, 1)
    two = computed(*PLATE, well("T1", 0.0) | lost, well("T1", 0.0) | lost)["T1", "P1", 24.0]
    assert (two["mean_od"], two["percent_viability"]) == (None, None)
    assert (two["lost_count"], two["na_reason"]) == (2, "too_many_wells_lost")


def test_only_an_optical_density_can_be_over_range() -> None:
    lit = [r | {"unit": "RFU", "value": r["value"] * 1000} for r in PLATE]
    found = computed(*lit)["T1", "P1", 24.0]
    assert (found["lost_count"], found["unit"]) == (0, "RFU")
    assert found["percent_viability"] == pytest.approx(100 * 500 / 950)


def test_no_blank_no_reference_and_a_blank_that_is_none_have_their_reasons() -> None:
    assert computed(*PLATE[2:])["T1", "P1", 24.0]["na_reason"] == "no_blank_on_plate"
    assert computed(*PLATE[:2], *PLATE[6:])["T1", "P1", 24.0]["na_reason"] == "no_reference_on_plate"
    flagged = [r | {"flag": "blank_not_blank"} for r in PLATE[:2]]
    assert computed(*flagged, *PLATE[2:])["T1", "P1", 24.0]["na_reason"] == "blank_not_blank"
    one = computed(flagged[0], *PLATE[1:])["T1", "P1", 24.0]
    assert (one["blank_od"], one["na_reason"]) == (pytest.approx(0.12), None)
    high = [r | {"value": 2.0} for r in PLATE[:2]]
    assert computed(*high, *PLATE[2:])["T1", "P1", 24.0]["na_reason"] == "reference_not_above_blank"


def test_a_blank_with_the_compound_serves_its_cultures_only() -> None:
    found = computed(*PLATE, well(None, 0.21, blank_for="T1; T2"))
    assert found["T1", "P1", 24.0]["blank_od"] == pytest.approx(0.21)
    assert found["C1", "P1", 24.0]["blank_od"] == pytest.approx(0.11)
    assert computed(*PLATE, well(None, 0.31, blank_for="treated"))["T1", "P1", 24.0]["blank_od"] == pytest.approx(0.31)


def test_scope_and_time_choose_the_reference() -> None:
    other = [r | {"object_id": "f2", "plate": "P2"} for r in (*PLATE[:2], *PLATE[6:])]
    assert computed(*PLATE, *other)["T1", "P2", 24.0]["na_reason"] == "no_reference_on_plate"
    shared = computed(*PLATE, *other, scope="experiment")["T1", "P2", 24.0]
    assert shared["percent_viability"] == pytest.approx(100 * 0.5 / 0.95)
    later = [r | {"time_h": 72.0, "value": r["value"] * 2} for r in PLATE]
    assert computed(*PLATE, *later)["C1", "P1", 72.0]["percent_viability"] == pytest.approx(100 * 2.1 / 1.9)
    first = computed(*PLATE, *later, time="first")["C1", "P1", 72.0]
    assert first["percent_viability"] == pytest.approx(100 * 2.1 / 0.95)


def test_a_plate_without_a_time_is_its_own_time() -> None:
    found = computed(*(r | {"time_h": None} for r in PLATE))["T1", "P1", None]
    assert found["percent_viability"] == pytest.approx(100 * 0.5 / 0.95)


def test_excluded_wells_are_dropped_and_an_excluded_culture_is_kept_but_no_reference() -> None:
    found = computed(*PLATE, well("T1", 2.9, is_excluded=True), well(None, 2.0, is_excluded=True))
    assert found["T1", "P1", 24.0]["percent_viability"] == pytest.approx(100 * 0.5 / 0.95)
    rows = [r | {"is_sample_excluded": r["sample_id"] == "C1"} for r in PLATE]
    found = computed(*rows)
    assert found["C1", "P1", 24.0]["is_excluded"]
    assert found["T1", "P1", 24.0]["reference_od"] == pytest.approx(0.96)


@given(st.permutations(PLATE), st.floats(0, 0.5), st.sampled_from([0.5, 1.0, 1.5]))
@settings(deadline=None, max_examples=30)
def test_well_order_a_common_background_and_the_lamp_do_not_change_percent(
    rows: list[Row], background: float, gain: float
) -> None:
    moved = computed(*(r | {"value": r["value"] * gain + background} for r in rows))
    for key, row in computed(*PLATE).items():
        assert moved[key]["percent_viability"] == pytest.approx(row["percent_viability"], rel=1e-9)
