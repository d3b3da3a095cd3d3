from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.cerna_triplets import TIERS, Triplets, triplets

FDR = 0.05
CLASSES = {"circ": "circrna", "lnc": "lncrna", "mi": "mirna", "g": "mrna"}


def measured(ids: list[str], stat: np.typing.ArrayLike, threshold: float = 1e-3) -> pl.DataFrame:
    """Nodes with a normal test statistic; changed where its p-value is below ``threshold``."""
    z = np.asarray(stat, dtype=float)
    pvalue = 2 * stats.norm.sf(np.abs(z))
    direction = np.where(pvalue >= threshold, "ns", np.where(z > 0, "up", "down"))
    return pl.DataFrame(
        {
            "feature_id": ids,
            "symbol": [i.upper() for i in ids],
            "rna_class": [CLASSES[i.rstrip("0123456789")] for i in ids],
            "pvalue": pvalue,
            "log2_fold_change": z / 2,
            "direction": direction,
        }
    )


def network(seed: int, size: int = 6, density: float = 0.5) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    ids = [f"{kind}{i}" for kind in CLASSES for i in range(size)]
    nodes = measured(ids, rng.normal(0, 3, len(ids)), 0.05)
    targets = [i for i in ids if not i.startswith("mi")]
    pairs = [(f"mi{m}", t) for m in range(size) for t in targets if rng.random() < density]
    tiers = rng.choice(TIERS, len(pairs))
    columns = {"mirna_id": [p[0] for p in pairs], "target_id": [p[1] for p in pairs], "tier": tiers.tolist()}
    return nodes, pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def by_definition(nodes: pl.DataFrame, edges: pl.DataFrame) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Every triplet of the table, its p-value as science defines it, corrected within its tier."""
    about = {row["feature_id"]: row for row in nodes.iter_rows(named=True)}
    tiers = {(m, t): tier for m, t, tier in edges.select("mirna_id", "target_id", "tier").iter_rows()}
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for (m, c), (other, g) in product(tiers, tiers):
        classes = about[c]["rna_class"], about[g]["rna_class"]
        if m != other or classes[0] not in ("circrna", "lncrna") or classes[1] != "mrna":
            continue
        patterns = []
        for way in (1, -1):
            ways = ((about[c], way), (about[g], way), (about[m], -way))
            ones = [n["pvalue"] / 2 if n["log2_fold_change"] * w > 0 else 1 - n["pvalue"] / 2 for n, w in ways]
            patterns.append(max(ones))
        directions = [about[n]["direction"] for n in (c, m, g)]
        tier = max(tiers[m, c], tiers[m, g], key=TIERS.index)
        is_consistent = directions in (["up", "down", "up"], ["down", "up", "down"])
        found[c, m, g] = {"pvalue": min(1.0, 2 * min(patterns)), "tier": tier, "is_consistent": is_consistent}
    for tier in TIERS:
        mine = [t for t in found.values() if t["tier"] == tier]
        after = stats.false_discovery_control([t["pvalue"] for t in mine]) if mine else []
        for triplet, padj in zip(mine, after, strict=True):
            triplet |= {"padj": padj, "family_size": len(mine)}
    return found


def by_ids(found: Triplets) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(r["cerna_id"], r["mirna_id"], r["mrna_id"]): r for r in found.rows.iter_rows(named=True)}


@settings(deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 0.6, 1.0]))
def test_all_triplets_are_tested_as_defined_and_the_right_ones_listed(seed: int, density: float) -> None:
    nodes, edges = network(seed, size=4, density=density)
    every = by_definition(nodes, edges)
    found = triplets(nodes, edges, FDR)
    sizes = {tier: sum(t["tier"] == tier for t in every.values()) for tier in TIERS}
    assert found.family_sizes == {tier: size for tier, size in sizes.items() if size}
    expected = {ids: t for ids, t in every.items() if t["padj"] < FDR or t["is_consistent"]}
    mine = by_ids(found)
    assert mine.keys() == expected.keys()
    for ids, triplet in expected.items():
        for column in ("pvalue", "padj"):
            assert mine[ids][column] == pytest.approx(triplet[column], rel=1e-9), column
        for column in ("tier", "family_size", "is_consistent"):
            assert mine[ids][column] == triplet[column], column
        assert mine[ids]["is_significant"] == (triplet["padj"] < FDR)


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_order_and_units_do_not_matter_and_turning_the_contrast_turns_the_pattern(seed: int) -> None:
    nodes, edges = network(seed)
    plain = by_ids(triplets(nodes, edges, FDR))
    turned = nodes.with_columns(
        pl.col("log2_fold_change") * -0.3, pl.col("direction").replace({"up": "down", "down": "up"})
    )
    other = by_ids(triplets(turned.sample(fraction=1, shuffle=True, seed=1), edges.reverse(), FDR))
    assert other.keys() == plain.keys()
    for ids, row in plain.items():
        assert {row["pattern"], other[ids]["pattern"]} == {"up", "down"}
        assert other[ids]["padj"] == pytest.approx(row["padj"], rel=1e-12)


@pytest.mark.parametrize("missing", ["circ", "lnc", "mi", "g", "circ|lnc"])
def test_a_missing_class_leaves_the_others_or_nothing(missing: str) -> None:
    nodes, edges = network(3, density=0.8)
    left = nodes.filter(~pl.col("feature_id").str.contains(f"^({missing})[0-9]"))
    found = triplets(left, edges, FDR)
    assert found.rows.is_empty() == (missing in ("mi", "g", "circ|lnc"))
    assert set(found.rows["cerna_class"]) <= {"circrna", "lncrna"} - {CLASSES.get(missing)}


def _simulated(rng: np.random.Generator, planted: int) -> tuple[pl.DataFrame, pl.DataFrame, set[tuple[str, ...]]]:
    """40 circRNAs, 40 lncRNAs, 60 miRNAs, 300 mRNAs, a tenth changed at random; axes planted along table edges."""
    counts = {"circ": 40, "lnc": 40, "mi": 60, "g": 300}
    ids = [f"{kind}{i}" for kind, count in counts.items() for i in range(count)]
    effect = np.where(rng.random(len(ids)) < 0.1, rng.normal(0, 4, len(ids)), 0.0)
    if not planted:
        effect[[i.startswith("mi") for i in ids]] = 0.0
    targets = [i for i in ids if not i.startswith("mi")]
    pairs = {(f"mi{m}", t) for m in range(60) for t in targets if rng.random() < 0.08}
    place = {name: at for at, name in enumerate(ids)}
    for axis in range(planted):
        chain = (f"circ{axis}", f"mi{axis}", f"g{axis}")
        effect[[place[n] for n in chain]] = np.array([6, -6, 6]) * (-1) ** axis
        pairs |= {(chain[1], chain[0]), (chain[1], chain[2])}
    nodes = measured(ids, effect + rng.normal(size=len(ids)))
    edges = pl.DataFrame(sorted(pairs), schema=["mirna_id", "target_id"], orient="row")
    sign = dict(zip(ids, np.sign(effect).tolist(), strict=True))
    truth = {
        (c, m, g)
        for (m, c), (other, g) in product(pairs, pairs)
        if m == other and c[0] in "cl" and g[0] == "g" and sign[c] and sign[c] == sign[g] == -sign[m]
    }
    return nodes, edges.with_columns(tier=pl.lit("validated")), truth


def test_false_discoveries_stay_within_the_rate_where_no_mirna_changes() -> None:
    rng = np.random.default_rng(11)
    any_false = 0
    for _ in range(100):
        nodes, edges, truth = _simulated(rng, planted=0)
        assert not truth
        found = triplets(nodes, edges, FDR).rows
        any_false += found["is_significant"].any()
    assert any_false <= stats.binom.ppf(0.999, 100, FDR)  # with no truth every discovery is false: FDR is this share


def test_planted_triplets_are_found_and_the_share_of_false_ones_is_as_asked() -> None:
    rng = np.random.default_rng(12)
    shares, recalls = [], []
    for _ in range(20):
        nodes, edges, truth = _simulated(rng, planted=8)
        found = triplets(nodes, edges, FDR).rows.filter("is_significant")
        called = set(found.select("cerna_id", "mirna_id", "mrna_id").rows())
        shares.append(len(called - truth) / max(len(called), 1))
        planted = {(f"circ{i}", f"mi{i}", f"g{i}") for i in range(8)}
        recalls.append(len(called & planted) / 8)
    assert np.mean(shares) <= FDR
    assert np.mean(recalls) >= 0.9


def test_a_million_triplets_are_no_million_rows() -> None:
    ids = [*(f"lnc{i}" for i in range(100)), "mi0", *(f"g{i}" for i in range(10_000))]
    nodes = measured(ids, np.zeros(len(ids)) + 0.5)
    edges = pl.DataFrame({"mirna_id": "mi0", "target_id": [i for i in ids if i != "mi0"], "tier": "predicted"})
    found = triplets(nodes, edges, FDR)
    assert found.family_sizes == {"predicted": 1_000_000}
    assert found.rows.is_empty()
