from __future__ import annotations

import networkx as nx
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.methods.cerna_network import NODES, network_edges, network_nodes, projection, tied_hubs
from tasks.methods.cerna_triplets import TIERS, triplets
from tests.tasks.methods.test_cerna_triplets import network

COLUMNS = {f"{side}_{name}": pl.String for side in ("cerna", "mirna", "mrna") for name in ("id", "symbol", "direction")}


def listed(*rows: tuple[str, str, str, str, bool]) -> pl.DataFrame:
    """Triplets c, m, g with tier and consistency; circRNA c2, else lncRNAs."""
    found = []
    for c, m, g, tier, is_consistent in rows:
        ways = {"cerna": (c, "up"), "mirna": (m, "down"), "mrna": (g, "up")}
        row: dict[str, object] = {"tier": tier, "is_consistent": is_consistent}
        for side, (name, way) in ways.items():
            row |= {f"{side}_id": name, f"{side}_symbol": name.upper(), f"{side}_direction": way}
            row[f"{side}_log2_fold_change"] = 1.5 if way == "up" else -1.5
        found.append(row | {"cerna_class": "circrna" if c == "c2" else "lncrna"})
    return pl.DataFrame(found)


ROWS = listed(
    ("c1", "m1", "g1", "validated", True),
    ("c1", "m1", "g2", "predicted", True),
    ("c1", "m2", "g2", "high_throughput", True),
    ("c2", "m2", "g2", "predicted", True),
    ("c3", "m3", "g3", "validated", False),
)


def test_edges_are_those_of_consistent_triplets() -> None:
    found = network_edges(ROWS).rows()
    assert found == [
        ("c1", "m1", "cerna-mirna", "validated", 2),
        ("c1", "m2", "cerna-mirna", "high_throughput", 1),
        ("c2", "m2", "cerna-mirna", "predicted", 1),
        ("m1", "g1", "mirna-mrna", "validated", 1),
        ("m1", "g2", "mirna-mrna", "predicted", 1),
        ("m2", "g2", "mirna-mrna", "high_throughput", 2),
    ]


def test_nodes_and_hubs_are_ordered_by_degree_betweenness_symbol() -> None:
    nodes = network_nodes(ROWS, hubs=1)
    assert nodes.select("feature_id", "rna_class", "degree", "tier", "hub_rank", "is_hub").rows() == [
        ("c2", "circrna", 1, "predicted", 1, True),
        ("c1", "lncrna", 2, "high_throughput", 1, True),
        ("m1", "mirna", 3, "predicted", 1, True),
        ("m2", "mirna", 3, "predicted", 2, False),
        ("g2", "mrna", 2, "predicted", 1, True),
        ("g1", "mrna", 1, "validated", 2, False),
    ]
    assert nodes["betweenness"].to_list() == pytest.approx([0, 0.2, 0.45, 0.45, 0.2, 0])
    assert nodes["mcc"].to_list() == nodes["degree"].to_list()


def test_equal_nodes_are_ordered_by_symbol() -> None:
    same = listed(*(("c1", m, "g1", "validated", True) for m in ("m9", "m10", "m2")))
    ranked = network_nodes(same, hubs=2).filter(rna_class="mirna")
    assert ranked["symbol"].to_list() == ["M10", "M2", "M9"]
    assert ranked["is_hub"].to_list() == [True, True, False]


@pytest.mark.parametrize(("hubs", "tied"), [(1, [("mrna", 1, 3, 1)]), (2, [("mrna", 1, 3, 2)]), (3, [])])
def test_hubs_that_are_equal_to_others_are_told(hubs: int, tied: list[tuple[str, int, int, int]]) -> None:
    rows = listed(*(("c1", "m1", f"g{i}", "validated", True) for i in range(3)))
    assert tied_hubs(network_nodes(rows, hubs)).rows() == tied
    assert tied_hubs(network_nodes(ROWS, hubs=1)).rows() == [("mirna", 3, 2, 1)]  # mRNAs differ in degree
    assert tied_hubs(network_nodes(rows.clear(), hubs)).is_empty()


def test_the_projection_joins_cernas_with_mrnas() -> None:
    assert projection(ROWS).rows() == [
        ("c1", "g1", "validated", 1, "m1"),
        ("c1", "g2", "high_throughput", 2, "m1;m2"),
        ("c2", "g2", "predicted", 1, "m2"),
    ]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_numbers_are_those_of_networkx_whatever_the_order_of_triplets(seed: int) -> None:
    found = triplets(*network(seed, size=8), 0.05).rows
    nodes = network_nodes(found, hubs=2)
    assert nodes.equals(network_nodes(found.sample(fraction=1, shuffle=True, seed=3), hubs=2))
    graph = nx.Graph()
    for row in found.filter("is_consistent").iter_rows(named=True):
        graph.add_edges_from([(row["cerna_id"], row["mirna_id"]), (row["mirna_id"], row["mrna_id"])])
    assert set(nodes["feature_id"]) == set(graph)
    expected = nx.betweenness_centrality(graph)
    for row in nodes.iter_rows(named=True):
        assert row["degree"] == graph.degree(row["feature_id"])
        assert row["betweenness"] == pytest.approx(expected[row["feature_id"]], abs=1e-12)
    assert set(nodes["tier"]) <= set(TIERS)


def test_no_consistent_triplet_is_an_empty_network() -> None:
    nodes = network_nodes(ROWS.filter(~pl.col("is_consistent")), hubs=3)
    assert nodes.is_empty()
    assert nodes.schema == pl.Schema(NODES)
