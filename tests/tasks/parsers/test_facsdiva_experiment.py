from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from schemas.errors import BadInputError
from tasks.contracts import RawFile, parsers
from tasks.engine.reading import read_file
from tasks.parsers.facsdiva_experiment import PARSER
from tests.tasks.parsers.bench_files import context, raw_file
from tests.tasks.parsers.damage import damaged, damages
from tests.tasks.parsers.test_fcs import Damages

Population = tuple[str, int, dict[tuple[str, str], float]]  # path, events, statistics by channel and kind
XML = """<?xml version='1.0' encoding='UTF-8'?>
<bdfacs version="Version 6.2"><experiment name="E"><acquisition_worksheets><tube name="template"><gates>
<gate fullname="All Events"><num_events>7</num_events></gate></gates></tube></acquisition_worksheets>
<specimen name="S"><tube name="C1"><data_filename>1.fcs</data_filename><keywords/><gates>
<gate fullname="All Events" type="EventSource_Classifier"><name>All Events</name><num_events>200</num_events></gate>
<gate fullname="All Events\\P1" type="Region_Classifier"><name>P1</name><num_events>100</num_events>
<region name="P1" xparm="FSC-A" yparm="SSC-A" type="POLYGON_REGION"><points><point x="1" y="2"/><point x="3" y="4"/>
</points></region></gate>
<gate fullname="All Events\\P1\\Q2"><name>Q2</name><num_events>25</num_events></gate></gates>
<statistics_calculations><calculation_schedule gate="All Events\\P1" parameter="PE-A">
<calculation formula="Median" value="12.5"/><calculation formula="count" value="3"/>
<calculation formula="SD" value="NaN"/>
</calculation_schedule></statistics_calculations></tube></specimen></experiment></bdfacs>
"""


def walk(
    documents: list[dict[str, Any]], path: tuple[str, ...] = ()
) -> Iterator[tuple[str, int, dict[tuple[str, str], float]]]:
    for document in documents:
        for item in document["population document"]:
            own = (*path, item["written name"])
            statistics = {}
            for found in item.get("statistics aggregate document", {}).get("statistics document", []):
                for cell in found["statistic dimension aggregate document"]["statistic dimension document"]:
                    role = cell["statistical value"]["has statistic datum role"].removesuffix(" role")
                    statistics[cell["dimension identifier"], role] = cell["statistical value"]["value"]
            yield "/".join(own[1:]) or "All Events", item["count"]["value"], statistics
            yield from walk(item.get("population aggregate document", []), own)


def expected(path: Path) -> list[tuple[str, list[Population]]]:
    """Sample and its populations with counts and statistics, as allotropy gives them."""
    document = json.loads(gzip.decompress(path.read_bytes()))["flow cytometry aggregate document"]
    found = []
    for part in document["flow cytometry document"]:
        for item in part["measurement aggregate document"]["measurement document"]:
            (data,) = item["processed data aggregate document"]["processed data document"]
            name = item["sample document"]["sample identifier"]
            found.append((name, [*walk(data["population aggregate document"])]))
    return found


def test_the_real_experiment_has_the_expected_populations(shared: Path) -> None:
    folder = shared / "data/flow/bd_biosciences_facsdiva"
    raw = RawFile.read(folder / "facsdiva_example_1.xml")
    assert [p.name for p in parsers().values() if p.claims(raw, context())] == ["facsdiva_experiment"]
    found = PARSER.parse(raw, context(assay="flow_cytometry"))
    populations, intensities = found.frames["core.flow_populations"], found.frames["core.flow_intensities"]
    wanted = expected(folder / "expected/facsdiva_example_1.json.gz")
    assert populations["sample_name"].unique(maintain_order=True).to_list() == [name for name, _ in wanted]
    for number, (_, items) in enumerate(wanted, 1):
        rows = populations.filter(data_set=number).select("gate_path", "event_count").rows()
        assert sorted(rows) == sorted((path, count) for path, count, _ in items)
        for path, _, statistics in items:
            own = intensities.filter(pl.col("value").is_not_null(), data_set=number, gate_path=path)
            printed = {(c, s): v for c, s, v in own.select("channel", "statistic", "value").rows()}
            roles = {"standard deviation": "sd", "median": "median", "mean": "mean"}
            assert printed == {(c, roles[r]): v for (c, r), v in statistics.items() if r in roles}
    assert "statistic sum of squares" in found.unread


def test_counts_give_percentages_and_gates_their_bounds(tmp_path: Path) -> None:
    found = PARSER.parse(raw_file(tmp_path, XML.encode(), "experiment.xml"), context(assay="flow_cytometry"))
    rows = found.frames["core.flow_populations"]
    columns = (
        "gate_path",
        "population",
        "parent",
        "event_count",
        "parent_count",
        "percent_of_parent",
        "percent_of_total",
    )
    assert rows.select(columns).rows() == [
        ("All Events", "All Events", None, 200, None, None, 100),
        ("P1", "P1", None, 100, 200, 50, 50),
        ("P1/Q2", "Q2", "P1", 25, 100, 25, 12.5),
    ]
    assert set(rows["sample_name"]) == {"C1"}
    assert set(rows["gate_source"]) == {"imported"}
    assert json.loads(rows["thresholds"][1]) == {
        "shape": "POLYGON_REGION", "x": "FSC-A", "y": "SSC-A", "vertices": [[1, 2], [3, 4]],
    }  # fmt: skip
    statistics = found.frames["core.flow_intensities"].select("gate_path", "channel", "statistic", "value").rows()
    assert statistics == [("P1", "PE-A", "median", 12.5), ("P1", "PE-A", "sd", None)]
    assert {"keywords", "statistic count"} <= set(found.unread)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (XML.partition("<specimen")[0] + "</experiment></bdfacs>", "no_populations"),
        (XML[:900], "damaged_xml"),
        (XML.replace("<bdfacs", "<!DOCTYPE a><bdfacs"), "unsafe_xml"),
        (XML.replace("<num_events>25", "<num_events>2.5"), "not_a_count"),
        (XML.replace("<num_events>25", "<num_events>-3"), "not_a_count"),
    ],
)
def test_what_is_no_whole_experiment_is_refused(text: str, rule: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        PARSER.parse(raw_file(tmp_path, text.encode(), "experiment.xml"), context())
    assert [p.rule for p in caught.value.problems] == [rule]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=damages())
def test_a_damaged_experiment_is_never_a_bug(found: Damages, tmp_path: Path) -> None:
    reading = read_file(
        raw_file(tmp_path, damaged(XML.encode(), found), "experiment.xml"), context(assay="flow_cytometry")
    )
    assert not reading.is_bug, reading.reason
