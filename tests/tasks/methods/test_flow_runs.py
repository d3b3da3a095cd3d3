from __future__ import annotations

import json

import polars as pl
import pytest

from tasks.methods.flow_runs import (
    control_problems,
    flag_problems,
    lost_channel,
    lost_channels,
    run_groups,
    uncontrolled,
    unknown_marker,
)
from tests.tasks.methods.flow_simulation import TRUTH, events, tube


def test_acquisitions_are_grouped_by_run_and_panel() -> None:
    rows = pl.DataFrame(
        {"object_id": ["b", "a", "c", "d"], "run": [None, None, "2", None], "panel": ["p", "p", "p", "q"]}
    )
    found = {key: [row["object_id"] for row in group] for key, group in run_groups(rows)}
    assert found == {"/p": ["a", "b"], "/q": ["d"], "2/p": ["c"]}


def test_flags_become_one_warning_each_that_names_tubes_and_remedy() -> None:
    rows = [{"sample_name": f"S{i}", "object_id": "o", "flag": "few_events;control_missing", "na_reason": None}
            for i in range(7)]  # fmt: skip
    rows.append({"sample_name": None, "object_id": "0123456789abcdef", "flag": None, "na_reason": "too_few_events"})
    found = {p.rule: p for p in flag_problems(rows, "run 1/p")}
    assert found.keys() == {"few_events", "control_missing", "too_few_events"}
    assert found["few_events"].message.startswith("7 tubes (S0, S1, S2, S3, S4, …): fewer than 1,000")
    assert "0123456789ab" in found["too_few_events"].message
    assert all(p.place == "run 1/p" and p.remedy for p in found.values())


def test_a_bad_control_and_an_unknown_marker_are_told() -> None:
    (problem,) = control_problems({"high_death_in_unstained": "PE-A"}, "run 1/p")
    assert "unstained control are bright in PE-A" in problem.message
    said = unknown_marker(tube("S", events(TRUTH, n=10), marker="CD29"), "run 1/p")
    assert said.message == "S: files.csv's marker 'CD29' names none of the channels FITC-A, PE-A"


def acquisitions(*panels: str, control: str | None = None) -> pl.DataFrame:
    channels = [
        json.dumps([{"name": n, "column": n, "marker": None, "kind": "fluorescence"} for n in p.split()])
        for p in panels
    ]
    names = [f"S{i}" for i in range(len(panels))]
    rows = pl.DataFrame({"object_id": names, "sample_name": names, "channels": channels, "data_set": 1})
    return rows.with_columns(control=pl.lit(control, pl.String), is_excluded=pl.lit(value=False))


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("BL1-A PE-A", "no file has a channel BL1-A; they have FITC-A, PE-A, PI-A"),
        ("BL1-A YL1-A", "no file has a channel BL1-A or YL1-A; they have FITC-A, PE-A, PI-A"),
        ("FITC-A PE-A", "no file has a channel FITC-A together with PE-A; they have FITC-A, PE-A, PI-A"),
    ],
)
def test_channels_of_the_study_that_no_file_has_are_told(named: str, said: str) -> None:
    lost = lost_channels(acquisitions("FITC-A PI-A", "PE-A"), named.split())
    assert lost is not None
    problem = lost_channel(**lost)
    assert str(problem).startswith(f"study.yaml, flow.apoptosis: {said}.")
    assert problem.severity == "local"


@pytest.mark.parametrize("named", ["FITC-A PI-A", "FITC-A", ""])
def test_channels_that_one_file_has_are_not_lost(named: str) -> None:
    assert lost_channels(acquisitions("FITC-A PI-A", "PE-A"), named.split()) is None
    assert lost_channels(acquisitions(), ["FITC-A"]) is None


def test_a_run_without_a_control_is_told_as_flags_tell_it() -> None:
    (problem,) = uncontrolled(acquisitions("PE-A", "PE-A"), "run 1/p")
    assert problem.rule == "control_missing"
    assert problem.message.startswith("2 tubes (S0, S1): no control that counts")
    assert list(uncontrolled(acquisitions("PE-A", control="unstained"), "run 1/p")) == []
