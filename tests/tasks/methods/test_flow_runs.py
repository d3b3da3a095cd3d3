from __future__ import annotations

import polars as pl

from tasks.methods.flow_runs import control_problems, flag_problems, run_groups, unknown_marker
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
