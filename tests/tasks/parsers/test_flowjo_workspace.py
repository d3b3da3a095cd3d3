from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from schemas.errors import BadInputError
from tasks.contracts import RawFile, parsers
from tasks.engine.reading import read_file
from tasks.parsers.flowjo_workspace import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.test_facsdiva_experiment import expected
from tests.tasks.parsers.test_fcs import Damages

WSP = """<?xml version="1.0" encoding="UTF-8"?>
<Workspace version="20.0" flowJoVersion="10.10.0"><SampleList><Sample><Keywords>
<Keyword name="TUBE NAME" value="C1"/></Keywords>
<SampleNode name="Specimen_001.fcs" count="1000"><Subpopulations>
<Statistic name="Mean" id="FSC-A" value="55.5"/>
<Population name="Cells" count="800"><Subpopulations>
 <Statistic name="fj.stat.freqofparent" value="80.0 %"/>
 <Statistic name="Median" id="Comp-PE-A :: CD8" value="120.5"/><Statistic name="Depth" value="1"/>
 <Population name="CD3+/CD8-" count="200"/><Population name="Live" count="-1"/><NotNode name="Live" count="600"/>
</Subpopulations></Population></Subpopulations></SampleNode></Sample></SampleList></Workspace>
"""


def test_the_real_workspace_has_the_expected_populations(shared: Path) -> None:
    folder = shared / "data/flow/flowjo"
    raw = RawFile.read(folder / "flowjo_example_2.wsp")
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["flowjo_workspace"]
    rows = PARSER.parse(raw, context(assay="flow_cytometry")).frames["core.flow_populations"]
    ((_, items),) = expected(folder / "expected/flowjo_example_2.json.gz")
    last = rows["data_set"].max()
    own = rows.filter(data_set=last)
    assert own["event_count"].to_list() == [count for _, count, _ in items]
    assert own["gate_path"].to_list() == [path for path, _, _ in items]
    assert own.filter(population="Lymphocytes")["percent_of_total"].to_list() == [pytest.approx(100 * 39426 / 65121)]


def test_populations_and_statistics_are_those_that_flowjo_saved(tmp_path: Path) -> None:
    found = PARSER.parse(raw_file(tmp_path, WSP.encode(), "bench.wsp"), context(assay="flow_cytometry"))
    rows = found.frames["core.flow_populations"]
    assert rows.select("gate_path", "parent", "event_count", "percent_of_parent", "percent_of_total").rows() == [
        ("All Events", None, 1000, None, 100),
        ("Cells", None, 800, 80, 80),
        ("Cells/CD3+|CD8-", "Cells", 200, 25, 20),
        ("Cells/Live", "Cells", None, None, None),
        ("Cells/Live (2)", "Cells", 600, 75, 60),
    ]
    assert rows["na_reason"].to_list()[3] == "neither a count nor a percentage was exported"
    columns = ("gate_path", "channel", "marker", "statistic", "value", "is_compensated")
    assert found.frames["core.flow_intensities"].select(columns).rows() == [
        ("All Events", "FSC-A", None, "mean", 55.5, None),
        ("Cells", "PE-A", "CD8", "median", 120.5, True),
    ]
    assert "statistic Depth" in found.unread


def test_a_percentage_that_is_not_that_of_its_counts_is_said(tmp_path: Path) -> None:
    raw = raw_file(tmp_path, WSP.replace("80.0 %", "70.0 %").encode(), "bench.wsp")
    (problem,) = PARSER.parse(raw, context(assay="flow_cytometry")).problems
    assert problem.message == "Cells is 70 % of its parent, but 800 of 1,000 are 80.0 %"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (WSP.replace('count="', 'count="-1" was="'), "no_populations"),
        (WSP[:500], "damaged_xml"),
        (WSP.replace("<Workspace", "<!DOCTYPE a><Workspace"), "unsafe_xml"),
        (WSP.replace('count="200"', 'count="many"'), "not_a_count"),
    ],
)
def test_what_is_no_whole_workspace_is_refused(text: str, rule: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, text.encode(), "bench.wsp"), context())
    assert [p.rule for p in caught.value.problems] == [rule]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=damages())
def test_a_damaged_workspace_is_never_a_bug(found: Damages, tmp_path: Path) -> None:
    reading = read_file(raw_file(tmp_path, damaged(WSP.encode(), found), "bench.wsp"), context(assay="flow_cytometry"))
    assert not reading.is_bug, reading.reason
