from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import BadInputError
from tasks.methods.gating import Gating, Strategy
from tasks.methods.gating_ml import is_gating_ml, read_gating_ml
from tasks.methods.safe_xml import read_xml
from tests.tasks.methods.flow_files import acquisition

BASE = "http://www.isac-net.org/std/Gating-ML/v2.0/"
OPEN = (
    f'<gating:Gating-ML xmlns:gating="{BASE}gating" xmlns:transforms="{BASE}transformations" '
    f'xmlns:data-type="{BASE}datatypes">'
)
FSC = '<data-type:fcs-dimension data-type:name="FSC-H"/></gating:dimension>'
RANGE = f'<gating:RectangleGate gating:id="R"><gating:dimension gating:min="1">{FSC}</gating:RectangleGate>'


def read(text: str | bytes, name: str = "gates.xml") -> Strategy:
    content = text if isinstance(text, bytes) else f"{OPEN}{text}</gating:Gating-ML>".encode()
    root = read_xml(content, name, "")
    assert is_gating_ml(root)
    return read_gating_ml(root, name)


def test_every_gate_of_the_compliance_files_holds_the_events_of_the_truth(shared: Path) -> None:
    folder = shared / "data/flow/gate_ref"
    events = acquisition(folder / "data1.fcs")
    expected = json.loads((folder / "expected_gate_counts.json").read_text())["gates"]
    compared, without_truth = set(), set()
    for path in sorted((folder / "gml").glob("*.xml")):
        if path.stem == "gml_range_gate_attr_testing":
            continue  # its gate stands where the standard allows none
        for gate, mask in Gating(read(path.read_bytes(), path.name), events).populations():
            name = gate.path[-1]
            truth = folder / "truth" / f"Results_{name}.txt"
            if not truth.exists():
                without_truth.add(name)
                continue
            np.testing.assert_array_equal(mask, np.loadtxt(truth, dtype=bool), err_msg=f"{path.name}: {name}")
            assert int(mask.sum()) == expected[name]["in_gate"]
            compared.add(name)
    assert compared == set(expected) - {"ParQuadRect"}
    assert without_truth == {"myEllipse2", "ParRectangle1"}


def test_a_gate_below_a_quadrant_holds_the_events_of_the_truth(shared: Path) -> None:
    folder = shared / "data/flow/gate_ref"
    path = folder / "gml/gml_parent_quadrant_rect_gate.xml"
    found = dict(Gating(read(path.read_bytes()), acquisition(folder / "data1.fcs")).populations())
    below = {gate.path: mask for gate, mask in found.items()}[("Quadrant1", "FL2P-FL4P", "ParRectangle1")]
    np.testing.assert_array_equal(below, np.loadtxt(folder / "truth/Results_ParQuadRect.txt", dtype=bool))


@pytest.mark.parametrize("name", ["gml_all_gates", "gml_ellipse2_gate", "gml_parent_quadrant_rect_gate"])
def test_counts_are_those_of_flowkit(shared: Path, name: str) -> None:
    flowkit = pytest.importorskip("flowkit")
    folder = shared / "data/flow/gate_ref"
    path = folder / f"gml/{name}.xml"
    report = flowkit.parse_gating_xml(str(path)).gate_sample(flowkit.Sample(str(folder / "data1.fcs"))).report
    theirs = dict(zip(report["gate_name"], report["count"], strict=True))
    own = {
        g.path[-1]: int(m.sum())
        for g, m in Gating(read(path.read_bytes()), acquisition(folder / "data1.fcs")).populations()
    }
    assert own == {key: int(value) for key, value in theirs.items() if key in own}
    assert own


def test_a_file_without_a_gate_where_the_standard_has_gates_is_refused(shared: Path) -> None:
    path = shared / "data/flow/gate_ref/gml/gml_range_gate_attr_testing.xml"
    with pytest.raises(BadInputError, match="the file has no gates"):
        read(path.read_bytes())


def test_bounds_of_a_scale_clip_it() -> None:
    text = (
        '<transforms:transformation transforms:id="lin" transforms:boundMax="0.5">'
        '<transforms:flin transforms:T="100" transforms:A="0"/></transforms:transformation>'
        '<gating:RectangleGate gating:id="R"><gating:dimension gating:min="0.1" gating:max="0.6" '
        f'gating:transformation-ref="lin">{FSC}</gating:RectangleGate>'
    )
    from tasks.methods.gating import Acquisition  # noqa: PLC0415 -- only here

    events = Acquisition({"FSC-H": np.array([5.0, 50.0, 90.0], np.float32)}, {"FSC-H": "FSC-H"})
    ((_, mask),) = Gating(read(text), events).populations()
    assert mask.tolist() == [False, True, True]


def test_titles_that_cytobank_writes_name_populations() -> None:
    title = "<data-type:custom_info><cytobank><name>Live cells</name></cytobank></data-type:custom_info>"
    named = RANGE.replace('gating:id="R">', f'gating:id="R">{title}')
    again = named.replace('gating:id="R"', 'gating:id="S"')
    below = RANGE.replace('gating:id="R"', 'gating:id="T" gating:parent_id="R"')
    assert list(read(named + again + below).gates) == [("Live cells",), ("S",), ("Live cells", "T")]


def test_a_chain_of_a_thousand_parents_is_refused() -> None:
    gates = [RANGE.replace('gating:id="R"', f'gating:id="R{i}" gating:parent_id="R{i + 1}"') for i in range(1_500)]
    with pytest.raises(BadInputError, match="more than 200 gates deep"):
        read("".join(gates))


POLYGON = (
    '<gating:vertex><gating:coordinate data-type:value="1"/><gating:coordinate data-type:value="2"/></gating:vertex>'
)
DIMENSION = f"<gating:dimension>{FSC}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file has no gates"),
        (RANGE + RANGE, "gate R: two gates have this id"),
        (RANGE.replace('"1"', '"one"'), "min of dimension is 'one'; a number was expected"),
        (RANGE.replace('"1"', '"inf"'), "a number was expected"),
        (RANGE.replace('gating:id="R"', ""), "has no attribute 'id'"),
        (RANGE.replace('data-type:name="FSC-H"', ""), "has no attribute 'name'"),
        (RANGE.replace("<gating:dimension", '<gating:dimension gating:transformation-ref="x"'), "'x' is not"),
        (RANGE.replace("<gating:dimension", '<gating:dimension gating:compensation-ref="m"'), "matrix 'm' is not"),
        ('<gating:RectangleGate gating:id="R"/>', "the gate has no dimension"),
        (RANGE.replace('gating:id="R"', 'gating:id="R" gating:parent_id="R"'), "its own ancestor"),
        (RANGE.replace('gating:id="R"', 'gating:id="R" gating:parent_id="S"'), "gate S: the gate is referred to"),
        (f'<gating:PolygonGate gating:id="P">{DIMENSION}{DIMENSION}{POLYGON}</gating:PolygonGate>', "at least 3 vert"),
        (f'<gating:EllipsoidGate gating:id="E">{DIMENSION}</gating:EllipsoidGate>', "distanceSquare were expected"),
        ('<gating:BooleanGate gating:id="B"/>', "and, or, or not was expected"),
        (
            (f'{RANGE}<gating:BooleanGate gating:id="B"><gating:not><gating:gateReference gating:ref="R"/>'
            '<gating:gateReference gating:ref="R"/></gating:not></gating:BooleanGate>'),
            "not of 2 gates",
        ),
        (
            ('<transforms:transformation transforms:id="l"><transforms:logicle transforms:T="0" transforms:W="1" '
            f'transforms:M="4" transforms:A="0"/></transforms:transformation>{RANGE}'),
            "transformation l: T > 0",
        ),
        (
            ('<transforms:spectrumMatrix transforms:id="m"><transforms:fluorochromes><data-type:fcs-dimension '
            'data-type:name="A"/></transforms:fluorochromes><transforms:detectors><data-type:fcs-dimension '
            'data-type:name="A"/></transforms:detectors><transforms:spectrum><transforms:coefficient '
            f'transforms:value="0"/></transforms:spectrum></transforms:spectrumMatrix>{RANGE}'),
            "matrix m: the matrix cannot be inverted",
        ),
    ],
)  # fmt: skip
def test_what_the_standard_does_not_allow_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(BadInputError, match=re.escape(message)) as caught:
        read(text)
    assert "gates.xml" in str(caught.value)
    assert "Export the gates again" in str(caught.value)


@pytest.mark.parametrize("start", ['<!DOCTYPE a [<!ENTITY b "c">]>', '<!DOCTYPE a SYSTEM "http://example.org/a.dtd">'])
def test_document_types_and_entities_are_refused(start: str) -> None:
    with pytest.raises(BadInputError, match="refused for safety"):
        read_xml(f"{start}{OPEN}</gating:Gating-ML>".encode(), "gates.xml", "")
