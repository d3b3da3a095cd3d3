from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from schemas.errors import BadInputError
from tasks.methods.flow_tubes import Tube
from tasks.methods.gates_files import gated, read_gates, read_study_gates
from tests.tasks.methods.flow_files import acquisition
from tests.tasks.methods.flow_simulation import channel, row, tube
from tests.tasks.methods.flow_simulation import events as simulated


def diamond(shared: Path, **more: str) -> Tube:
    found = acquisition(shared / "data/flow/flowkit/test_data_diamond_01.fcs")
    frame = pl.DataFrame({"data_set": 1, **found.columns})
    listed = json.dumps([channel(i, name) for i, name in enumerate(found.columns, 1)])
    return Tube(row("D", channels=listed, **more), frame, None, None)


def test_a_workspace_gives_rows_of_populations(shared: Path) -> None:
    path = shared / "data/flow/flowkit/simple_diamond_example_quad_gate.wsp"
    rows, problems = gated(diamond(shared), "landing/test_data_diamond_01.fcs", read_gates(path.read_bytes(), "g.wsp"))
    assert problems == []
    assert [r["event_count"] for r in rows] == [49_671, 50_596, 50_330, 49_403]
    assert [r["percent_of_total"] for r in rows] == [24.8355, 25.298, 25.165, 24.7015]
    assert {(r["gate_source"], r["gating"], r["parent"], r["parent_count"]) for r in rows} == {
        ("flowjo", "g.wsp", None, 200_000)
    }


def test_a_renamed_acquisition_is_found_by_the_name_the_cytometer_gave(shared: Path) -> None:
    path = shared / "data/flow/flowjo/flowjo_example_2.wsp"
    gates = read_gates(path.read_bytes(), "g.wsp")
    named = diamond(shared, keywords=json.dumps({"$FIL": "Spleenocytes_Tcells_Vaccinated_Saline_004.fcs"}))
    rows, problems = gated(named, "landing/x.fcs", gates)
    assert rows == []
    assert {p.rule for p in problems} == {"unsupported_gate", "unknown_channel"}
    assert "15 of 15 gates do not fit landing/x.fcs" in problems[-1].message


def test_gates_that_fit_are_kept_beside_those_that_do_not() -> None:
    gate = (
        '<Population name="{0}"><Gate><gating:RectangleGate><gating:dimension gating:min="0"><data-type:fcs-dimension '
        'data-type:name="{0}"/></gating:dimension></gating:RectangleGate></Gate></Population>'
    )
    base = "http://www.isac-net.org/std/Gating-ML/v2.0/"
    text = (
        f'<Workspace flowJoVersion="10" xmlns:gating="{base}gating" xmlns:data-type="{base}datatypes"><SampleList>'
        f'<Sample><SampleNode name="S"><Subpopulations>{gate.format("FSC-A")}{gate.format("APC-A")}</Subpopulations>'
        "</SampleNode></Sample></SampleList></Workspace>"
    )
    rows, problems = gated(tube("S", simulated({"live": 1.0}, n=10)), "S.fcs", read_gates(text.encode(), "g.wsp"))
    assert [(r["gate_path"], r["event_count"]) for r in rows] == [("FSC-A", 10)]
    assert [p.rule for p in problems] == ["unknown_channel"]
    assert "1 of 2 gates do not fit" in problems[0].message


def test_an_acquisition_that_may_be_two_samples_of_the_workspace_is_not_gated_by_either() -> None:
    base = "http://www.isac-net.org/std/Gating-ML/v2.0/"
    samples = "".join(
        f'<Sample><SampleNode name="S"><Subpopulations><Population name="{name}"><Gate><gating:RectangleGate '
        'eventsInside="1"><gating:dimension gating:min="0"><data-type:fcs-dimension data-type:name="FSC-A"/>'
        "</gating:dimension></gating:RectangleGate></Gate></Population></Subpopulations></SampleNode></Sample>"
        for name in ("cells", "dead")
    )
    text = (
        f'<Workspace flowJoVersion="10" xmlns:gating="{base}gating" xmlns:data-type="{base}datatypes"><SampleList>'
        f"{samples}</SampleList></Workspace>"
    )
    rows, problems = gated(tube("S", simulated({"live": 1.0}, n=10)), "day2/S.fcs", read_gates(text.encode(), "g.wsp"))
    assert rows == []
    assert [p.rule for p in problems] == ["ambiguous_in_workspace"]
    assert "2 samples that may be day2/S.fcs" in problems[0].message


def test_an_acquisition_that_the_workspace_lacks_is_named() -> None:
    sample = '<Sample><SampleNode name="{0}"><Subpopulations>{1}</Subpopulations></SampleNode></Sample>'
    empty = f'<Workspace flowJoVersion="10"><SampleList>{sample.format("a", "")}</SampleList></Workspace>'
    rows, problems = gated(tube("S", simulated({"live": 1.0}, n=10)), "b.fcs", read_gates(empty.encode(), "g.wsp"))
    assert rows == []
    assert [str(p) for p in problems] == [
        (
            "g.wsp, b.fcs: the workspace has no gates for b.fcs. "
            "Add the file to the workspace under its own name, and gate it there."
        )
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<a/>", "the file begins with <a>"),
        (b"PK\x03\x04", "no intact XML"),
        (b"", "no intact XML"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "refused for safety"),
    ],
)
def test_what_is_no_file_of_gates_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        read_gates(content, "gates.xml")


def test_a_study_without_a_file_has_no_gates() -> None:
    assert read_study_gates(pl.DataFrame(schema={"file_name": pl.String, "content": pl.Binary})) is None
