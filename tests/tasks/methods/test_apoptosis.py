from __future__ import annotations

import json
from typing import Any

import numpy as np
import polars as pl
import pytest

from tasks.methods.apoptosis import Found, apoptosis
from tasks.methods.flow_tubes import Tube
from tests.tasks.methods.flow_simulation import TRUTH, channel, events, tube, unstained

SAMPLE = tube("S", events(TRUTH))
BARE = tube("U", unstained(), control="unstained")
ANNEXIN = tube(
    "A", events({"live": 0.6, "early_apoptotic": 0.4}, pi=0, seed=5), control="single_stain", marker="Annexin V"
)
PI = tube("P", events({"live": 0.6, "necrotic": 0.4}, annexin=0, seed=6), control="single_stain", marker="PI")
FMO = [
    tube("FA", events({"live": 0.6, "necrotic": 0.4}, annexin=0, seed=6), control="fmo", marker="FITC-A"),
    tube("FP", events({"live": 0.6, "early_apoptotic": 0.4}, pi=0, seed=5), control="fmo", marker="PE-A"),
]


def found(*tubes: Tube) -> Found:
    return apoptosis(tubes, "FITC-A", "PE-A")


def only(*tubes: Tube) -> dict[str, Any]:
    (row,) = found(*tubes).rows
    return row


@pytest.mark.parametrize(
    ("controls", "method", "flag", "tolerance"),
    [
        ([], "data-driven: valley of the density", "control_missing", 0.7),
        ([BARE], "unstained: 99.5th percentile", None, 1.0),
        ([BARE, ANNEXIN, PI], "single_stain: 99.5th percentile", None, 1.0),
        ([BARE, ANNEXIN, PI, *FMO], "fmo: 99.5th percentile", None, 1.0),
    ],
    ids=["none", "unstained", "single_stain", "fmo"],
)
def test_known_fractions_are_recovered(controls: list[Tube], method: str, flag: str | None, tolerance: float) -> None:
    row = only(SAMPLE, *controls)
    for name, fraction in TRUTH.items():
        assert row[f"percent_{name}"] == pytest.approx(100 * fraction, abs=tolerance)
    assert sum(row[f"percent_{name}"] for name in TRUTH) == pytest.approx(100)
    assert row["percent_apoptotic"] == pytest.approx(row["percent_early_apoptotic"] + row["percent_late_apoptotic"])
    assert (row["annexin_method"], row["pi_method"], row["flag"]) == (method, method, flag)
    assert row["na_reason"] is None


def test_a_run_has_one_threshold_so_that_a_healthy_sample_is_found_healthy() -> None:
    healthy = {"live": 0.96, "early_apoptotic": 0.02, "late_apoptotic": 0.01, "necrotic": 0.01}
    rows = found(SAMPLE, tube("H", events(healthy, seed=8))).rows
    assert len({row["annexin_threshold"] for row in rows}) == 1
    assert rows[1]["percent_live"] == pytest.approx(96, abs=1)
    assert rows[1]["percent_apoptotic"] == pytest.approx(3, abs=0.6)


def test_gates_nest_and_name_their_bounds() -> None:
    own = {p["gate_path"]: p for p in found(SAMPLE, BARE).populations if p["object_id"] == "S"}
    assert list(own) == ["cells", "cells/singlets", *(f"cells/singlets/{name}" for name in TRUTH)]
    quadrants = [own[f"cells/singlets/{name}"] for name in TRUTH]
    assert sum(q["event_count"] for q in quadrants) == own["cells/singlets"]["event_count"]
    assert {q["parent_count"] for q in quadrants} == {own["cells/singlets"]["event_count"]}
    bounds = json.loads(own["cells/singlets/necrotic"]["thresholds"])
    assert bounds["scale"] == "linear"
    assert (list(bounds["FITC-A"]), list(bounds["PE-A"])) == (["max"], ["min"])
    assert own["cells"]["percent_of_total"] == pytest.approx(80, abs=1)


def test_controls_are_gated_but_are_no_results() -> None:
    both = found(SAMPLE, BARE)
    assert [row["object_id"] for row in both.rows] == ["S"]
    assert {p["object_id"] for p in both.populations} == {"S", "U"}


def test_it_is_the_same_every_time() -> None:
    assert found(SAMPLE, BARE, ANNEXIN, PI) == found(SAMPLE, BARE, ANNEXIN, PI)


def test_few_events_are_flagged_and_too_few_have_no_percentages() -> None:
    few, none = tube("F", events(TRUTH, n=700)), tube("N", events(TRUTH, n=90))
    rows = found(SAMPLE, BARE, few, none).rows
    assert rows[1]["flag"] == "few_events"
    assert rows[1]["percent_live"] == pytest.approx(60, abs=8)
    assert (rows[2]["percent_live"], rows[2]["percent_apoptotic"], rows[2]["na_reason"]) == (
        None,
        None,
        "too_few_events",
    )


def test_missing_compensation_is_flagged() -> None:
    assert only(tube("S", events(TRUTH), spill=0), BARE)["flag"] == "compensation_missing"


def test_an_uncompensated_single_stain_sets_no_threshold() -> None:
    stained = tube("A", events({"live": 0.6, "early_apoptotic": 0.4}, pi=0, seed=5), spill=0, control="single_stain",
                   marker="Annexin V")  # fmt: skip
    assert only(tube("S", events(TRUTH), spill=0), stained)["pi_method"].startswith("data-driven")


def test_dead_cells_in_the_unstained_control_are_flagged() -> None:
    dying = tube("U", events({"live": 0.85, "late_apoptotic": 0.15}, seed=9), control="unstained")
    both = found(SAMPLE, dying)
    assert both.control_flags.keys() == {"high_death_in_unstained"}
    assert both.rows[0]["flag"] == "high_death_in_unstained"
    assert both.rows[0]["percent_live"] == pytest.approx(60, abs=1.5)


def test_an_interrupted_flow_is_flagged() -> None:
    frame = events(TRUTH)
    time = frame["Time"].to_numpy().copy()
    time[time > 30] += 20
    assert only(tube("S", frame.with_columns(Time=time)), BARE)["flag"] == "flow_rate_unstable"


def test_a_dim_stain_that_parts_nothing_says_so() -> None:
    row = only(tube("S", events({"live": 1.0})))
    assert row["flag"] == "control_missing;no_separation"
    assert row["percent_live"] > 99


def test_a_four_decade_cytometer_of_heights_is_gated_as_well() -> None:
    """FACSCalibur: values from 1 to 10,000, no negative ones, no areas of scatter, stains known by the panel."""
    frame = events(TRUTH, spill=0)
    heights = {
        "FSC-H": np.minimum(frame["FSC-A"].to_numpy() / 250, 1_023),
        "SSC-H": np.minimum(frame["SSC-A"].to_numpy() / 250, 1_023),
        "FL1-H": np.clip(frame["FITC-A"].to_numpy() / 26 + 5, 1, 10_000),
        "FL2-H": np.clip(frame["PE-A"].to_numpy() / 26 + 5, 1, 10_000),
    }
    listed = [channel(i, name) | {"range": 1_024.0, "decades": 4.0} for i, name in enumerate(heights, 1)]
    own = frame.select("data_set", "event").with_columns(**heights)
    found = apoptosis([tube("S", own, spill=0, channels=json.dumps(listed))], "FL1-H", "FL2-H").rows[0]
    for name, fraction in TRUTH.items():
        assert found[f"percent_{name}"] == pytest.approx(100 * fraction, abs=2)


def test_events_without_a_number_are_neither_positive_nor_negative() -> None:
    damaged = pl.when(pl.col("event") % 5 == 0).then(float("nan")).otherwise(pl.col("FITC-A")).alias("FITC-A")
    frame = events(TRUTH).with_columns(damaged.cast(pl.Float32))
    found = apoptosis([tube("S", frame)], "FITC-A", "PE-A")
    (row,) = found.rows
    assert sum(row[f"percent_{name}"] for name in TRUTH) == pytest.approx(100)
    assert row["percent_apoptotic"] == pytest.approx(35, abs=1.5)
    assert row["singlet_count"] == next(
        p["event_count"] for p in found.populations if p["gate_path"] == "cells/singlets"
    )


def test_tubes_without_any_forward_scatter_are_gated_by_their_stains_alone() -> None:
    frame = events(TRUTH).with_columns(pl.lit(0.0).cast(pl.Float32).alias("FSC-A"))
    found = apoptosis([tube("S", frame)], "FITC-A", "PE-A")
    assert found.populations[0]["threshold_source"] == "not_separable: too few events"
    assert found.rows[0]["percent_live"] is not None
