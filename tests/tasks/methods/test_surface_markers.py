from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from tasks.methods.flow_tubes import Tube
from tasks.methods.surface_markers import Found, surface_markers
from tests.tasks.methods.flow_simulation import channels, events, tube

PANEL = {"channels": json.dumps(channels(FITC="CD73", PE="CD34")), "panel": "usc"}
PLAIN = {"channels": json.dumps(channels()), "panel": "usc"}
FRACTIONS = {"early_apoptotic": 0.97, "live": 0.02, "necrotic": 0.01}  # green and not red, neither, red alone


def frame(**more: Any) -> pl.DataFrame:  # noqa: ANN401 -- as events
    return events(FRACTIONS, **more)


def bare(**more: Any) -> pl.DataFrame:  # noqa: ANN401 -- as events
    return events({"live": 1.0}, seed=90, **more)


SAMPLE = tube("S", frame(), **PANEL)


def rows(*tubes: Tube) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["object_id"], row["marker"]): row for row in surface_markers(tubes).rows}


@pytest.mark.parametrize("kind", ["fmo", "isotype", "unstained"])
def test_known_fractions_are_recovered_against_each_control(kind: str) -> None:
    markers: list[str | None] = ["CD73", "CD34"] if kind == "fmo" else [None]
    controls = [tube(f"{kind} {m}", bare(), control=kind, marker=m, **PANEL) for m in markers]
    found = rows(SAMPLE, *controls)
    assert found["S", "CD73"]["percent_positive"] == pytest.approx(97, abs=0.5)
    assert found["S", "CD34"]["percent_positive"] == pytest.approx(1, abs=0.9)
    assert {r["control"] for r in found.values()} == {kind}
    assert {r["threshold_method"] for r in found.values()} == {f"{kind}: 99.5th percentile"}
    assert found["S", "CD73"]["flag"] is None
    assert found["S", "CD73"]["median_ratio"] == pytest.approx(8_000 / 150, rel=0.1)
    assert found["S", "CD34"]["median_ratio"] == pytest.approx(1, abs=0.2)


def test_the_best_control_is_chosen_for_each_marker() -> None:
    found = rows(
        SAMPLE,
        tube("U", bare(), control="unstained", **PANEL),
        tube("I", bare(), control="isotype", **PANEL),
        tube("F", bare(), control="fmo", marker="CD34", **PANEL),
    )
    assert (found["S", "CD73"]["control"], found["S", "CD34"]["control"]) == ("isotype", "fmo")


def test_a_control_recorded_without_names_of_stains_is_for_the_samples_channel_of_its_marker() -> None:
    found = rows(
        SAMPLE,
        tube("F", bare(), control="fmo", marker="CD34", **PLAIN),
        tube("I", bare(), control="isotype", marker="cd73", **PLAIN),
        tube("G", bare(), control="isotype", marker="IgG1", **PLAIN),
    )
    assert (found["S", "CD73"]["control"], found["S", "CD34"]["control"]) == ("isotype", "fmo")


def test_without_controls_the_samples_own_distribution_decides_and_it_is_flagged() -> None:
    mixed = tube("S", events({"early_apoptotic": 0.6, "live": 0.4}), **PANEL)
    found = rows(mixed)["S", "CD73"]
    assert found["percent_positive"] == pytest.approx(60, abs=1)
    assert (found["control"], found["median_ratio"], found["flag"]) == (None, None, "control_missing")


def test_a_marker_of_files_csv_is_the_tubes_only_one() -> None:
    named = tube("S", frame(), **PLAIN | {"marker": "CD29 FITC"})
    found = surface_markers([named, tube("I", bare(), control="isotype", **PLAIN)])
    (row,) = found.rows
    assert (row["marker"], row["channel"]) == ("CD29 FITC", "FITC-A")
    assert row["percent_positive"] == pytest.approx(97, abs=0.5)


def test_a_marker_that_names_no_channel_is_reported_not_guessed() -> None:
    found = surface_markers([tube("S", frame(), **PLAIN | {"marker": "CD29"})])
    assert found.rows == []
    assert [t.name for t in found.unknown] == ["S"]


def test_populations_and_intensities_carry_the_marker() -> None:
    found: Found = surface_markers([SAMPLE, tube("I", bare(), control="isotype", **PANEL)])
    paths = [p["gate_path"] for p in found.populations if p["object_id"] == "S"]
    assert paths == ["cells", "cells/singlets", "cells/singlets/CD73+", "cells/singlets/CD34+"]
    assert [(i["marker"], i["statistic"]) for i in found.intensities] == [("CD73", "median"), ("CD34", "median")]
    medians = {i["marker"]: i["value"] for i in found.intensities if i["object_id"] == "S"}
    assert medians["CD73"] == pytest.approx(8_000, rel=0.05)
    assert 0 < medians["CD34"] < 200  # of cells without the marker, by the simulation about 150


def test_materials_have_rows_too() -> None:
    own = tube("S", frame(), **PANEL | {"sample_id": None, "material_id": "USC1"})
    assert rows(own)["S", "CD73"]["material_id"] == "USC1"


@pytest.mark.parametrize(
    ("sample", "control", "flag"),
    [
        (tube("S", frame(n=900), **PANEL), bare(), "few_events"),
        (tube("S", frame(), spill=0, **PANEL), bare(), "compensation_missing"),
        (SAMPLE, events({"live": 0.9, "late_apoptotic": 0.1}, seed=9), "high_death_in_unstained"),
    ],
    ids=["few", "compensation", "death"],
)
def test_planted_errors_are_flagged(sample: Tube, control: pl.DataFrame, flag: str) -> None:
    found = rows(sample, tube("U", control, control="unstained", **PANEL))
    assert found["S", "CD73"]["flag"] == flag


def test_too_few_events_have_no_percentage() -> None:
    found = rows(tube("S", frame(n=60), **PANEL), tube("U", bare(), control="unstained", **PANEL))["S", "CD73"]
    assert (found["percent_positive"], found["positive_count"], found["na_reason"]) == (None, None, "too_few_events")


def test_two_channels_with_one_marker_keep_apart() -> None:
    twice = {"channels": json.dumps(channels(FITC="CD3", PE="CD3")), "panel": "t"}
    assert {m for _, m in rows(tube("S", frame(), **twice))} == {"CD3 (FITC-A)", "CD3 (PE-A)"}


def test_events_without_a_number_do_not_count_as_negative() -> None:
    damaged = pl.when(pl.col("event") % 2 == 0).then(float("nan")).otherwise(pl.col("FITC-A")).alias("FITC-A")
    found = rows(
        tube("S", frame().with_columns(damaged.cast(pl.Float32)), spill=0, **PANEL),
        tube("U", bare(), control="unstained", **PANEL),
    )
    assert found["S", "CD73"]["percent_positive"] == pytest.approx(97, abs=0.7)
