from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.analyses.gated_populations import ANALYSIS, GATES
from tasks.methods.flow_runs import POPULATIONS
from tests.tasks.analyses.flow_bench import Frames, computed, frame, parsed, study

RAW = "core.raw_objects"


def with_gates(events: Path, gates: Path | bytes, name: str = "gates.xml") -> Frames:
    content = gates if isinstance(gates, bytes) else gates.read_bytes()
    return parsed(events, object_id="a" * 64) | {
        GATES: frame(GATES, [{"study_id": "s", "file_name": name, "sha256": "b" * 64, "content": content}]),
        RAW: pl.DataFrame({"object_id": ["a" * 64], "file_name": [events.name], "status": ["loaded"]}),
    }


def test_counts_are_those_of_the_truth(shared: Path) -> None:
    folder = shared / "data/flow/gate_ref"
    frames = with_gates(folder / "data1.fcs", folder / "gml/gml_all_gates.xml")
    ((key, done),) = computed(ANALYSIS, frames, study(gating="gates.xml")).items()
    assert key == "data1.fcs"
    assert done.problems == ()
    expected = json.loads((folder / "expected_gate_counts.json").read_text())["gates"]
    rows = {r["population"]: r for r in done.frames[POPULATIONS].to_dicts()}
    assert {name: row["event_count"] for name, row in rows.items()} == {
        name: expected[name]["in_gate"] for name in rows
    }
    assert len(rows) > 40
    assert {r["gate_source"] for r in rows.values()} == {"gatingml"}


def test_a_workspace_counts_as_flowkit_does(shared: Path) -> None:
    folder = shared / "data/flow/flowkit"
    frames = with_gates(folder / "test_data_diamond_01.fcs", folder / "test_data_diamond_biex_rect.wsp", "g.wsp")
    (done,) = computed(ANALYSIS, frames, study(gating="g.wsp")).values()
    report = json.loads((folder / "expected_gate_counts_flowkit.json").read_text())["report"]
    ((expected,),) = [v for k, v in report.items() if k.startswith("test_data_diamond_biex_rect")]
    (row,) = done.frames[POPULATIONS].to_dicts()
    assert (row["population"], row["event_count"]) == (expected["gate_name"], expected["count"])
    assert row["percent_of_parent"] == pytest.approx(expected["relative_percent"])


def test_without_gates_in_the_study_there_is_no_part_and_a_lost_file_is_named(shared: Path) -> None:
    folder = shared / "data/flow/gate_ref"
    frames = with_gates(folder / "data1.fcs", folder / "gml/gml_all_gates.xml")
    assert computed(ANALYSIS, frames, study()) == {}
    lost = frames | {GATES: frames[GATES].clear()}
    (part,) = ANALYSIS.parts(study(gating="gates.xml"), lost)
    assert part.skip == "gates.xml (flow.gating in study.yaml) is not there"


def test_a_file_that_is_unsafe_fails_with_its_reason(shared: Path) -> None:
    frames = with_gates(shared / "data/flow/gate_ref/data1.fcs", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(BadInputError, match="refused for safety"):
        computed(ANALYSIS, frames, study(gating="gates.xml"))
