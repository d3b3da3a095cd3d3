from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import BadInputError
from tasks.methods.flowjo_gates import WorkspaceSample, file_names, is_workspace, read_workspace, strategies_for
from tasks.methods.gating import Acquisition, Gating
from tasks.methods.safe_xml import read_xml
from tests.tasks.methods.flow_files import acquisition

BASE = "http://www.isac-net.org/std/Gating-ML/v2.0/"


def read(content: bytes, name: str = "gates.wsp") -> list[WorkspaceSample]:
    root = read_xml(content, name, "")
    assert is_workspace(root)
    return read_workspace(root, name)


def gate(name: str, kind: str = "RectangleGate", inside: str = "1", below: str = "", channel: str = "FL1-A") -> str:
    return (
        f'<Population name="{name}"><Gate><gating:{kind} eventsInside="{inside}"><gating:dimension gating:min="15">'
        f'<data-type:fcs-dimension data-type:name="{channel}"/></gating:dimension></gating:{kind}></Gate>'
        f"<Subpopulations>{below}</Subpopulations></Population>"
    )


def workspace(*gates: str, head: str = "", version: str = "10.8.1", names: tuple[str, ...] = ("tube 1.fcs",)) -> bytes:
    samples = "".join(
        f'<Sample><DataSet uri="file:/D:/x/{n.replace(" ", "%20")}"/>{head}<SampleNode name="{n}">'
        f"<Subpopulations>{''.join(gates)}</Subpopulations></SampleNode></Sample>"
        for n in names
    )
    return (
        f'<Workspace flowJoVersion="{version}" xmlns:gating="{BASE}gating" xmlns:transforms="{BASE}transformations" '
        f'xmlns:data-type="{BASE}datatypes"><SampleList>{samples}</SampleList></Workspace>'
    ).encode()


EVENTS = Acquisition({"FL1-A": np.array([10.0, 20.0, 30.0])}, {"FL1-A": "FL1-A"})


def counts(sample: WorkspaceSample, events: Acquisition = EVENTS) -> dict[str, int]:
    return {"/".join(g.path): int(m.sum()) for g, m in Gating(sample.strategy, events).populations()}


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("simple_diamond_example_quad_gate.wsp", "test_data_diamond_01.fcs"),
        ("test_data_diamond_biex_rect.wsp", "test_data_diamond_01.fcs"),
        ("single_ellipse_51_events.wsp", "data_set_simple_line_100.fcs"),
    ],
)
def test_counts_are_those_of_flowkit(shared: Path, name: str, events: str) -> None:
    folder = shared / "data/flow/flowkit"
    report = json.loads((folder / "expected_gate_counts_flowkit.json").read_text())["report"]
    (sample,) = strategies_for(read((folder / name).read_bytes(), name), {events})
    assert sample.problems == ()
    expected = {row["gate_name"]: row["count"] for row in report[f"{name}|All Samples"]}
    assert counts(sample, acquisition(folder / events)) == expected


def test_a_workspace_with_undocumented_gates_keeps_the_others_and_says_so(shared: Path) -> None:
    path = shared / "data/flow/flowjo/flowjo_example_2.wsp"
    (sample,) = read(path.read_bytes(), path.name)
    assert len(sample.strategy.gates) == 15
    assert [p.rule for p in sample.problems] == ["unsupported_gate"] * 4
    assert all("CurlyQuad" in p.message for p in sample.problems)
    (matrix,) = sample.strategy.matrices.values()
    assert matrix.detectors[:2] == ("BV421-A", "BV510-A")
    assert matrix.values[0][1] == pytest.approx(0.1552047133)
    compensated = [
        d for g in sample.strategy.gates.values() for d in getattr(g.shape, "dimensions", ()) if d.compensation
    ]
    assert {d.channel for d in compensated} <= set(matrix.detectors)
    assert compensated


def test_gates_are_nested_complemented_and_numbered_where_a_name_stands_twice() -> None:
    (sample,) = read(workspace(gate("cells", below=gate("cells", inside="0")), gate("cells")))
    assert counts(sample) == {"cells": 2, "cells/cells": 0, "cells (2)": 2}


def test_booleans_refer_to_gates_by_their_path() -> None:
    node = (
        '<{0} name="{1}"><Dependents><Dependent name="cells"/></Dependents><Subpopulations>{2}</Subpopulations></{0}>'
    )
    text = node.format("NotNode", "others", gate("low", inside="0"))
    (sample,) = read(workspace(gate("cells"), text))
    assert counts(sample) == {"cells": 2, "others": 1, "others/low": 1}
    (sample,) = read(workspace(node.format("AndNode", "none", ""), gate("x")))
    assert counts(sample) == {"x": 2}
    assert "refers to cells" in sample.problems[0].message


def test_prefixes_of_compensated_channels_lead_to_the_samples_matrix() -> None:
    head = (
        '<transforms:spilloverMatrix prefix="Comp-" name="M" suffix=""><data-type:parameters>'
        '<data-type:parameter data-type:name="FL1-A"/></data-type:parameters>'
        "<transforms:spillover><transforms:coefficient "
        'data-type:parameter="FL1-A" transforms:value="2"/></transforms:spillover></transforms:spilloverMatrix>'
    )
    (sample,) = read(workspace(gate("half", channel="Comp-FL1-A"), head=head))
    assert counts(sample) == {"half": 1}
    with pytest.raises(BadInputError, match="cannot be inverted"):
        read(workspace(gate("half"), head=head.replace('"2"', '"0"')))


def test_a_gate_on_an_undocumented_scale_is_left_out_with_those_below() -> None:
    scale = '<transforms:miltenyi><data-type:parameter data-type:name="FL1-A"/></transforms:miltenyi>'
    head = f"<Transformations>{scale}</Transformations>"
    (sample,) = read(workspace(gate("a", below=gate("b", channel="X")), gate("c", channel="X"), head=head))
    assert list(sample.strategy.gates) == [("c",)]
    assert "'miltenyi' scale" in sample.problems[0].message


def test_a_sample_is_found_by_its_files_name_and_equal_gates_serve_as_template() -> None:
    samples = read(workspace(gate("cells"), names=("tube 1.fcs", "tube 2.fcs")))
    assert strategies_for(samples, file_names("landing/Tube 2.FCS")) == [samples[1]]
    assert strategies_for(samples, file_names("other.fcs")) == [samples[0]]
    others = [samples[0], *read(workspace(gate("dead"), names=("tube 3.fcs",)))]
    assert strategies_for(others, file_names("other.fcs")) == []
    assert strategies_for(read(workspace()), file_names("tube 1.fcs")) == []


def test_samples_of_one_file_name_that_are_gated_differently_are_not_told_apart_by_guessing() -> None:
    twins = [*read(workspace(gate("cells"))), *read(workspace(gate("dead")))]
    assert strategies_for(twins, file_names("day2/tube 1.fcs")) == twins
    same = [*read(workspace(gate("cells"))), *read(workspace(gate("cells")))]
    assert strategies_for(same, file_names("tube 1.fcs")) == same[:1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (workspace(gate("a"), version="9.7"), "of FlowJo 9.7"),
        (workspace(gate("a").replace('"15"', '"x"')), "a bound is 'x'"),
        (workspace(gate("a").replace('data-type:name="FL1-A"', "")), "no attribute 'name'"),
        (
            workspace(
                gate("a"),
                head='<Transformations><transforms:log transforms:offset="0" transforms:decades="4">'
                '<data-type:parameter data-type:name="FL1-A"/></transforms:log></Transformations>',
            ),
            "offset and decades above 0",
        ),
    ],
)  # fmt: skip
def test_a_damaged_workspace_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        read(content)
