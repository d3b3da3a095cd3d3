from __future__ import annotations

import gzip
import json
from typing import Any

import polars as pl
import pytest

from tasks.methods.evidence_tiers import tier_of
from tasks.simulation.matrices import features
from tasks.simulation.study import simulate
from tasks.simulation.targets import AXES, CONTRASTS, TARGETS_FILE


@pytest.fixture(scope="module")
def drawn() -> tuple[pl.DataFrame, dict[str, Any]]:
    files = simulate()
    table = pl.read_csv(gzip.decompress(files[TARGETS_FILE]), separator="\t")
    return table, json.loads(files["truth.json"])


def test_the_table_names_the_studys_own_rnas_and_says_that_it_is_simulated(
    drawn: tuple[pl.DataFrame, dict[str, Any]],
) -> None:
    table, truth = drawn
    known = features()
    assert table.height == truth["cerna"]["pair_count"] == table.unique(["mirna", "target_id"]).height
    assert set(table["mirna"]) == set(known.filter(biotype="miRNA")["feature_id"])
    assert set(table["target_id"]) <= set(known.filter(pl.col("biotype") != "miRNA")["feature_id"])
    assert table["source"].unique().to_list() == ["simulated"]
    assert {tier_of("simulated", e) for e in table["evidence"].unique()} == {"validated", "high_throughput"}


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_axes_follow_the_changes_that_the_counts_were_drawn_from(
    drawn: tuple[pl.DataFrame, dict[str, Any]], contrast: str
) -> None:
    table, truth = drawn
    libraries = truth["expression"]["libraries"].values()
    change = {f: c for library in libraries for f, c in library["log2_fold_change"][contrast].items()}
    strong = set(table.filter(evidence="luciferase reporter assay").select("mirna", "target_id").rows())
    axes = truth["cerna"]["axes"][contrast]
    assert len({m for _, m, _ in axes}) == AXES
    for cerna, mirna, mrna in axes:
        assert change[cerna] * change[mrna] > 0 > change[cerna] * change[mirna]
        assert {(mirna, cerna), (mirna, mrna)} <= strong
