from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from tasks.methods.flow_tubes import (
    annexin_and_pi,
    control_column,
    marked_channels,
    rate_flag,
    shared_channels,
    stain_of,
    tubes_of,
)
from tests.tasks.methods.flow_simulation import STAINED, TRUTH, channel, channels, events, row, tube

SPILLOVER = json.dumps({"channels": ["FITC-A", "PE-A"], "matrix": [[1.0, 0.5], [0.0, 1.0]]})


def test_annexin_and_pi_are_found_by_their_stains_names_or_the_studys_word() -> None:
    assert annexin_and_pi(STAINED, None, None, None) == ("FITC-A", "PE-A")
    assert annexin_and_pi(channels(FITC="AnxV", PE="7-AAD"), None, None, None) == ("FITC-A", "PE-A")
    own = [channel(1, "Annexin V FITC-A"), channel(2, "PI-A")]
    assert annexin_and_pi(own, None, None, None) == ("Annexin V FITC-A", "PI-A")
    assert annexin_and_pi(channels(), None, "FITC-A", "PE") == ("FITC-A", "PE-A")
    assert annexin_and_pi(channels(FITC="Annexin V"), None, None, "PE-A") == ("FITC-A", "PE-A")


def test_where_only_the_panel_says_so_green_and_red_are_taken() -> None:
    assert annexin_and_pi(channels(), "apoptosis", None, None) == ("FITC-A", "PE-A")
    older = [channel(1, "FL1-H"), channel(2, "FL2-H"), channel(3, "FL2-A"), channel(4, "FL3-H")]
    assert annexin_and_pi(older, "Annexin V/PI", None, None) == ("FL1-H", "FL2-A")


@pytest.mark.parametrize(
    ("markers", "panel"),
    [
        ({}, None),
        ({"FITC": "CD20", "PE": "CD10"}, "apoptosis"),
        ({"FITC": "CD73", "PE": "CD34"}, "usc"),
        ({"FITC": "CD73", "PE": "PI"}, None),
        ({}, "identity"),
    ],
)
def test_other_panels_are_no_apoptosis(markers: dict[str, str], panel: str | None) -> None:
    assert annexin_and_pi(channels(**markers), panel, None, None) is None


def test_a_matrix_compensates_and_without_one_values_stay() -> None:
    frame = events(TRUTH, n=500, spill=0.5).with_columns(object_id=pl.lit("S"))
    rows = pl.DataFrame([row("S")])
    matrices = pl.DataFrame(
        {"object_id": ["S"], "data_set": [1], "spillover": [SPILLOVER], "compensation": ["keyword"]}
    )
    (own,) = tubes_of(rows, frame, matrices)
    (bare,) = tubes_of(rows, frame, matrices.clear())
    assert (own.is_compensated, bare.is_compensated) == (True, False)
    np.testing.assert_allclose(own.values("PE-A"), bare.values("PE-A") - 0.5 * bare.values("FITC-A"), atol=0.01)
    np.testing.assert_array_equal(own.values("FSC-A"), bare.values("FSC-A"))


def test_tubes_without_events_and_excluded_controls_are_left_out() -> None:
    frame = pl.concat([events(TRUTH, n=10).with_columns(object_id=pl.lit(name)) for name in ("S", "U")])
    rows = pl.DataFrame(
        [row("S", is_excluded=True), row("U", control="unstained", is_excluded=True), row("N")],
        infer_schema_length=None,
    )
    empty = pl.DataFrame(schema={"object_id": pl.String, "data_set": pl.Int64})
    assert [t.key for t in tubes_of(rows, frame, empty)] == [("S", 1)]
    assert tubes_of(rows, frame.clear(), empty) == []


def test_markers_are_those_of_the_file_unless_files_csv_names_one() -> None:
    frame = events(TRUTH, n=10)
    panel = {"channels": json.dumps(channels(FITC="CD73", PE="Zombie"))}
    assert marked_channels(tube("S", frame, **panel)) == [("CD73", "FITC-A")]
    assert marked_channels(tube("S", frame, **panel, marker="CD73")) == [("CD73", "FITC-A")]
    assert marked_channels(tube("S", frame, **panel, marker="FITC-A")) == [("CD73", "FITC-A")]
    assert marked_channels(tube("S", frame, channels=json.dumps(channels()), marker="CD90 PE")) == [("CD90 PE", "PE-A")]
    assert marked_channels(tube("S", frame, **panel, marker="CD90")) is None


@pytest.mark.parametrize(
    ("name", "marker", "found"),
    [
        ("FITC-A", "CD73", "CD73"),
        ("FL4-A", "Y2-A", None),
        ("APC-A", "HLA-A", "HLA-A"),
        ("CD69", None, "CD69"),
        ("SSEA-4", None, "SSEA-4"),
        ("FITC-A", None, None),
    ],
)
def test_detectors_are_told_from_markers(name: str, marker: str | None, found: str | None) -> None:
    assert stain_of(channel(1, name, marker)) == found


def test_a_tube_with_one_detector_needs_no_channel() -> None:
    one = json.dumps([channel(1, "FSC-A"), channel(2, "FITC-H"), channel(3, "FITC-A")])
    assert marked_channels(tube("S", events(TRUTH, n=10), channels=one, marker="CD90")) == [("CD90", "FITC-A")]


def test_a_control_names_its_channel_by_marker_or_name() -> None:
    frame = events(TRUTH, n=10)
    panel = {"channels": json.dumps(channels(FITC="CD73", PE="CD34")), "control": "fmo"}
    assert control_column(tube("F", frame, **panel, marker="CD34")) == "PE-A"
    assert control_column(tube("F", frame, **panel, marker="FITC")) == "FITC-A"
    assert control_column(tube("F", frame, **panel)) is None


def test_a_steady_flow_is_not_flagged_whatever_the_clock_counts() -> None:
    frame = events(TRUTH)
    assert rate_flag(tube("S", frame)) is None
    assert rate_flag(tube("S", frame.with_columns(Time=pl.lit(0.0)))) is None
    assert rate_flag(tube("S", frame.head(500))) is None
    slow = pl.col("Time") + pl.when(pl.col("Time") > 50).then((pl.col("Time") - 50) * 20).otherwise(0)
    assert rate_flag(tube("S", frame.with_columns(Time=slow))) == "flow_rate_unstable"


def test_bounds_are_drawn_on_channels_that_every_tube_has() -> None:
    short = json.dumps([c for c in STAINED if c["name"] != "FSC-H"])
    tubes = [tube("S", events(TRUTH, n=10)), tube("T", events(TRUTH, n=10), channels=short)]
    assert [c["name"] for c in shared_channels(tubes)] == ["FSC-A", "SSC-A", "FITC-A", "PE-A", "Time"]


def test_each_tube_has_its_own_events_in_whatever_order_they_come() -> None:
    parts = [events(TRUTH, n=n, seed=n).with_columns(object_id=pl.lit(name)) for name, n in (("A", 5), ("B", 7))]
    mixed = pl.concat([parts[0][:2], parts[1], parts[0][2:]])
    found = tubes_of(
        pl.DataFrame([row("A"), row("B"), row("C")]), mixed, pl.DataFrame({"object_id": [], "data_set": []})
    )
    assert [(t.row["object_id"], t.events["event"].to_list()) for t in found] == [
        ("A", list(range(1, 6))),
        ("B", list(range(1, 8))),
    ]


def test_compensated_values_are_as_precise_as_the_stored_ones() -> None:
    own = tube("S", events(TRUTH, n=100))
    assert {column: values.dtype for column, values in own.columns.items()} == dict.fromkeys(own.columns, np.float32)
