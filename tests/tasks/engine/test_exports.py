from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import networkx as nx
import polars as pl
import pytest

from schemas.base import tables
from schemas.polars_schema import conform
from tasks.engine.exports import TABLES, folder, network_files, show
from tasks.methods.cerna_network import network_nodes
from tests.tasks.methods.test_cerna_network import ROWS
from warehouse.store import Warehouse

NUMBERS: Mapping[str, object] = {
    "pattern": "up",
    "family_size": 9,
    "pvalue": 0.01,
    "padj": 0.02,
    "is_significant": True,
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A home whose study has one contrast with a network."""
    found = Warehouse(tmp_path)
    base = {"study_id": "s", "run_id": "r", "contrast_id": "usc/il1b"}
    triplets = ROWS.with_columns(**{name: pl.lit(value) for name, value in NUMBERS.items()})
    with found.open("write") as session, session.transaction():
        for name, rows in zip(TABLES, (triplets, network_nodes(ROWS, 10)), strict=True):
            whole = conform(rows.with_columns(contrast_id=pl.lit(base["contrast_id"])), tables()[name], base)
            session.replace(name, {"study_id": ["s"], "run_id": ["r"]}, whole)
    return found


def test_every_network_lies_in_the_folder_under_a_name_that_a_file_may_have(warehouse: Warehouse) -> None:
    assert show("s", warehouse) == 4
    files = {path.name: path.read_bytes() for path in folder("s", warehouse.home).iterdir()}
    stem = "cerna_network_usc%2Fil1b"
    assert sorted(files) == [f"{stem}.cyjs", f"{stem}.graphml", f"{stem}_edges.tsv", f"{stem}_pairs.tsv"]
    graph = nx.read_graphml(io.BytesIO(files[f"{stem}.graphml"]))
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (6, 6)
    assert graph.nodes["m1"]["hub_rank"] == 1
    assert json.loads(files[f"{stem}.cyjs"])["data"]["name"] == "usc/il1b"
    assert pl.read_csv(files[f"{stem}_pairs.tsv"], separator="\t").rows()[1] == (
        "c1",
        "g2",
        "high_throughput",
        2,
        "m1;m2",
    )


def test_a_network_that_is_gone_leaves_an_empty_folder_and_none_no_folder(warehouse: Warehouse) -> None:
    assert show("other", warehouse) == 0
    assert not folder("other", warehouse.home).exists()
    show("s", warehouse)
    with warehouse.open("write") as session, session.transaction():
        for name in TABLES:
            session.replace(name, {"study_id": ["s"]}, session.read(name).clear())
    assert show("s", warehouse) == 0
    assert list(folder("s", warehouse.home).iterdir()) == []


def test_files_of_a_contrast_are_the_same_whatever_the_order_of_rows() -> None:
    nodes = network_nodes(ROWS, 2)
    assert network_files("a", ROWS, nodes) == network_files("a", ROWS.reverse(), nodes)
