from __future__ import annotations

from math import log2
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import columns
from schemas.tables.blot_bands import BlotBand
from tasks.methods.proteins import protein_levels

SAMPLES = pl.DataFrame({"sample_id": ["C1", "T1"], "experiment": ["main", "main"], "is_excluded": [False, False]})


def bands(*rows: dict[str, Any]) -> pl.DataFrame:
    schema = {c.name: c.dtype for c in columns(BlotBand)} | {"is_excluded": pl.Boolean}
    base: dict[str, Any] = dict.fromkeys(schema) | {
        "object_id": "f1", "membrane": "M1", "membrane_is_explicit": True, "lane": 1, "band": 1, "sample_id": "C1",
        "target": "SOX9", "target_role": "target", "signal": 8.0, "is_excluded": False,
    }  # fmt: skip
    return pl.DataFrame([base | row for row in rows], schema=schema)


GAPDH = {"target": "GAPDH", "target_role": "loading", "signal": 2.0}


def levels(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return protein_levels(bands(*rows), SAMPLES).to_dicts()


def test_a_level_is_log2_of_target_over_loading_in_the_same_lane() -> None:
    (row,) = levels({}, GAPDH)
    assert (row["log2_ratio"], row["ratio"], row["loading"]) == (2.0, pytest.approx(4.0), "GAPDH")
    assert (row["mean_signal"], row["mean_loading"], row["lane_count"], row["sd_log2"]) == (8.0, 2.0, 1, None)


def test_lanes_of_a_culture_are_averaged_as_logarithms() -> None:
    second = {"lane": 2, "signal": 2.0}
    (row,) = levels({}, GAPDH, second, GAPDH | {"lane": 2})
    assert (row["log2_ratio"], row["lane_count"]) == (1.0, 2)  # of 4 and 1: the geometric mean 2
    assert row["sd_log2"] == pytest.approx(2**0.5)


def test_several_controls_are_averaged_geometrically_and_total_protein_serves_alone() -> None:
    actin = GAPDH | {"target": "ACTB", "signal": 8.0}
    total = {"target": "Ponceau", "target_role": "total_protein", "signal": 1000.0}
    (row,) = levels({}, GAPDH, actin, total)
    assert (row["log2_ratio"], row["loading"]) == (pytest.approx(1.0), "ACTB;GAPDH")
    (row,) = levels({}, total)
    assert (row["log2_ratio"], row["loading"]) == (pytest.approx(log2(8 / 1000)), "Ponceau")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{}, GAPDH | {"membrane": "M2"}], "no_loading_on_membrane"),
        ([{}, GAPDH | {"membrane_is_explicit": False, "object_id": "f2"}], "no_loading_on_membrane"),
        ([{"flag": "saturated"}, GAPDH], "saturated"),
        ([{}, GAPDH | {"flag": "no_background;saturated"}], "loading_saturated"),
        ([{"signal": None, "flag": "below_background"}, GAPDH], "no_signal"),
        ([{}, GAPDH | {"signal": None}], "no_loading_signal"),
        ([{}, GAPDH | {"lane": 2, "sample_id": "T1"}], "no_loading_signal"),
    ],
)
def test_what_cannot_be_normalised_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    (row,) = levels(*rows)
    assert (row["log2_ratio"], row["na_reason"]) == (None, reason)


def test_files_of_one_named_membrane_belong_together_and_boxes_of_a_lane_are_added() -> None:
    (row,) = levels({"signal": 3.0}, {"band": 2, "signal": 5.0}, GAPDH | {"object_id": "f2"})
    assert row["log2_ratio"] == 2.0


def test_a_loading_control_measured_again_with_every_target_is_that_of_the_same_file() -> None:
    """Each file has its own exposure, and the second one only some of the lanes."""
    collagen = {"object_id": "f2", "target": "COL2A1", "signal": 80.0}
    rows = levels({}, GAPDH, {"lane": 2, "sample_id": "T1"}, GAPDH | {"lane": 2, "sample_id": "T1"},
                  collagen, GAPDH | {"object_id": "f2", "signal": 20.0})  # fmt: skip
    assert {(r["sample_id"], r["target"]): pytest.approx(r["mean_loading"]) for r in rows} == {
        ("C1", "SOX9"): 2.0,
        ("T1", "SOX9"): 2.0,
        ("C1", "COL2A1"): 20.0,
    }
    assert [(r["log2_ratio"], r["lane_count"]) for r in rows] == [(pytest.approx(2.0), 1)] * 3


def test_a_lane_that_two_files_measured_is_one_lane() -> None:
    again = {"object_id": "f2", "signal": 160.0}
    (row,) = levels({}, GAPDH, again, GAPDH | {"object_id": "f2", "signal": 10.0})
    assert (row["log2_ratio"], row["lane_count"], row["sd_log2"]) == (3.0, 1, None)
    (row,) = levels({}, GAPDH, again | {"flag": "saturated"}, GAPDH | {"object_id": "f2", "signal": 10.0})
    assert (row["log2_ratio"], row["mean_signal"], row["na_reason"]) == (2.0, 8.0, None)


def test_markers_and_materials_have_no_level_and_exclusions_are_kept_apart() -> None:
    assert levels({"target_role": "marker", "target": "CD63"}, GAPDH) == []
    assert levels({"sample_id": None}, GAPDH | {"sample_id": None}) == []
    (row,) = levels({"is_excluded": True}, GAPDH)
    assert row["is_excluded"]


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e3))
def test_exposure_does_not_change_a_level(signal: float, exposure: float) -> None:
    (once,), (longer,) = (levels({"signal": signal * e}, GAPDH | {"signal": 2.0 * e}) for e in (1.0, exposure))
    assert longer["log2_ratio"] == pytest.approx(once["log2_ratio"], abs=1e-9)
