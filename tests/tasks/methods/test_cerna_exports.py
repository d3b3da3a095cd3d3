from __future__ import annotations

import io
import json

import networkx as nx
import polars as pl

from tasks.methods.cerna_exports import cytoscape_json, edge_table, graphml
from tasks.methods.cerna_network import network_edges, network_nodes
from tests.tasks.methods.test_cerna_network import ROWS, listed

NODES = network_nodes(ROWS, hubs=1).with_columns(
    symbol=pl.when(pl.col("feature_id") == "c2").then(None).otherwise("symbol")
)
EDGES = network_edges(ROWS)


def test_networkx_reads_the_graphml_with_types() -> None:
    graph = nx.read_graphml(io.BytesIO(graphml(NODES, EDGES)))
    assert not graph.is_directed()
    assert set(graph.nodes) == set(NODES["feature_id"])
    assert {frozenset(e) for e in graph.edges} == {frozenset(e) for e in EDGES.select("first", "second").rows()}
    row = NODES.row(by_predicate=pl.col("feature_id") == "m2", named=True)
    assert graph.nodes["m2"] == {k: v for k, v in row.items() if k != "feature_id"}
    assert "symbol" not in graph.nodes["c2"]
    assert graph.edges["c1", "m1"] == {"kind": "cerna-mirna", "tier": "validated", "triplet_count": 2}


def test_ids_that_xml_would_misread_survive() -> None:
    odd = listed(("circ<1>&\"2'", "m1", "g1", "validated", True))
    graph = nx.read_graphml(io.BytesIO(graphml(network_nodes(odd, 1), network_edges(odd))))
    assert "circ<1>&\"2'" in graph.nodes


def test_networkx_reads_the_cytoscape_json() -> None:
    document = json.loads(cytoscape_json(NODES, EDGES, "usc_vs_il1b"))
    assert document["data"] == {"name": "usc_vs_il1b"}
    for node in document["elements"]["nodes"]:
        node["data"]["value"] = node["data"]["id"]  # networkx's own key of a node
    graph = nx.cytoscape_graph(document | {"directed": False, "multigraph": False})
    assert set(graph.nodes) == set(NODES["feature_id"])
    assert graph.number_of_edges() == EDGES.height
    assert graph.nodes["c2"]["name"] == "c2"
    assert graph.nodes["m2"]["name"] == "M2"
    assert graph.edges["m2", "g2"]["triplet_count"] == 2


def test_the_edge_table_has_symbols_beside_ids() -> None:
    table = pl.read_csv(io.BytesIO(edge_table(NODES, EDGES)), separator="\t")
    assert table.columns == ["first", "second", "first_symbol", "second_symbol", "kind", "tier", "triplet_count"]
    assert table.row(2) == ("c2", "m2", "c2", "M2", "cerna-mirna", "predicted", 1)
    assert table.drop("first_symbol", "second_symbol").equals(EDGES)


def test_an_empty_network_is_an_empty_file_of_its_kind() -> None:
    nodes, edges = NODES.clear(), EDGES.clear()
    assert nx.read_graphml(io.BytesIO(graphml(nodes, edges))).number_of_nodes() == 0
    assert json.loads(cytoscape_json(nodes, edges, "x"))["elements"] == {"nodes": [], "edges": []}
    assert pl.read_csv(io.BytesIO(edge_table(nodes, edges)), separator="\t").is_empty()
