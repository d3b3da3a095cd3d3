"""The cholangiocarcinoma study through to hubs: numbers recomputed by definition from its published tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import networkx as nx
import polars as pl
import pytest
from scipy import stats

from tasks.engine import analyse, ingest
from tasks.engine.context import open_objects, open_warehouse
from tasks.engine.study_files import read_folder
from warehouse.store import Session

ANALYSES = ("differential_expression", "target_mappings", "cerna_pairs", "cerna_triplets")
Edges = dict[str, set[str]]


@pytest.fixture(scope="module")
def chol(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    home = tmp_path_factory.mktemp("chol")
    warehouse, store = open_warehouse(home), open_objects(home)
    plan = ingest.plan_ingest(read_folder(shared / "studies" / "tcga_chol"), warehouse, store)
    for batch in plan.batches:
        ingest.load_batch(plan, batch, warehouse, store)
    for name in ANALYSES:
        for step in analyse.plan_wave((name,), plan.path, warehouse).steps:
            assert {p.status for p in analyse.run_parts(step, plan.path, warehouse)} == {"done"}
    with warehouse.open("read") as session:
        yield session


@pytest.fixture(scope="module")
def tests(chol: Session) -> dict[str, dict[str, object]]:
    rows = chol.read("result.differential_expression", {"method": ["deseq2"]}).filter(pl.col("pvalue").is_not_null())
    return {row["feature_id"]: row for row in rows.iter_rows(named=True)}


@pytest.fixture(scope="module")
def targets(chol: Session, tests: dict[str, dict[str, object]]) -> tuple[Edges, Edges]:
    """miRNAs of every tested lncRNA and of every tested mRNA."""
    names = chol.read("result.target_mappings").drop_nulls("feature_id")
    known: dict[tuple[str, str], list[str]] = defaultdict(list)
    for side, name, feature in names.select("side", "name", "feature_id").iter_rows():
        known[side, name].append(feature)
    sides: tuple[Edges, Edges] = (defaultdict(set), defaultdict(set))
    for mirna, target in chol.read("core.mirna_targets").select("mirna", "target_id").iter_rows():
        for m, t in product(known["mirna", mirna], known["target", target]):
            if m in tests and t in tests and tests[t]["rna_class"] in ("lncrna", "mrna"):
                sides[tests[t]["rna_class"] == "mrna"][t].add(m)
    return sides


def test_pairs_are_those_of_the_definition(
    chol: Session, tests: dict[str, dict[str, object]], targets: tuple[Edges, Edges]
) -> None:
    universe = set.union(*targets[0].values()) & set.union(*targets[1].values())
    changed = [
        {t: m & universe for t, m in side.items() if m & universe and tests[t]["direction"] != "ns"} for side in targets
    ]
    exact = {
        (c, g): float(stats.hypergeom.sf(len(one & two) - 1, len(universe), len(one), len(two)))
        for (c, one), (g, two) in product(*(side.items() for side in changed))
    }
    after = dict(zip(exact, stats.false_discovery_control(list(exact.values())), strict=True))
    found = chol.read("result.cerna_pairs")
    assert (found.height, found["is_significant"].sum()) == (452, 72)
    assert found["family_size"].unique().to_list() == [len(exact)] == [2560]
    assert found["population"].unique().to_list() == [len(universe)] == [60]
    assert found["tier"].unique().to_list() == ["high_throughput"]
    for row in found.iter_rows(named=True):
        ids = row["cerna_id"], row["mrna_id"]
        assert row["hyper_pvalue"] == pytest.approx(exact[ids], rel=1e-10)
        assert row["hyper_padj"] == pytest.approx(after[ids], rel=1e-10)
    assert found["false_call_rate"][0] < 0.05
    assert found["correlation"].null_count() == 0
    assert found["na_reason"].unique().to_list() == ["too_few_samples"]  # 45


def test_triplets_and_hubs_are_those_of_the_definition(
    chol: Session, tests: dict[str, dict[str, object]], targets: tuple[Edges, Edges]
) -> None:
    def one_sided(feature: str, way: int) -> float:
        half = float(str(tests[feature]["pvalue"])) / 2
        return half if float(str(tests[feature]["log2_fold_change"])) * way > 0 else 1 - half

    family = [(c, m, g) for (c, one), (g, two) in product(*(s.items() for s in targets)) for m in one & two]
    exact = [
        min(1.0, 2 * min(max(one_sided(c, w), one_sided(m, -w), one_sided(g, w)) for w in (1, -1)))
        for c, m, g in family
    ]
    after = dict(zip(family, stats.false_discovery_control(exact), strict=True))
    consistent = {
        ids for ids in family if [tests[i]["direction"] for i in ids] in (["up", "down", "up"], ["down", "up", "down"])
    }
    found = chol.read("result.cerna_triplets")
    rows = {(r["cerna_id"], r["mirna_id"], r["mrna_id"]): r for r in found.iter_rows(named=True)}
    assert rows.keys() == consistent | {ids for ids, padj in after.items() if padj < 0.05}
    assert all(r["padj"] == pytest.approx(after[ids], rel=1e-10) for ids, r in rows.items())
    assert {ids for ids, r in rows.items() if r["is_consistent"]} == consistent
    assert (len(family), len(rows), len(consistent), found["is_significant"].sum()) == (1873, 79, 58, 78)

    graph = nx.Graph([edge for c, m, g in consistent for edge in ((c, m), (m, g))])
    nodes = chol.read("result.cerna_nodes").sort("rna_class", "hub_rank")
    assert dict(nodes.select("feature_id", "degree").iter_rows()) == dict(graph.degree)
    expected = nx.betweenness_centrality(graph)
    assert nodes["betweenness"].to_list() == pytest.approx([expected[i] for i in nodes["feature_id"]], abs=1e-12)
    assert nodes["mcc"].to_list() == nodes["degree"].to_list()
    best = nodes.filter(hub_rank=1).select("rna_class", "symbol", "degree").rows()
    assert best == [("lncrna", "FBXL19-AS1", 4), ("mirna", "hsa-miR-454-3p", 27), ("mrna", "ANKRD52", 4)]
    assert dict(nodes.filter("is_hub").group_by("rna_class").len().iter_rows())["mrna"] == 10
