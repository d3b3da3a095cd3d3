from __future__ import annotations

import gzip
import io
from typing import Any

import numpy as np
import polars as pl
import pytest

from tasks.simulation.counts import NAMED_GENES
from tasks.simulation.design import SEQUENCING
from tasks.simulation.matrices import FEATURES_FILE, FILES, feature_ids, features, simulate_expression


@pytest.fixture(scope="module")
def simulated() -> tuple[dict[str, bytes], dict[str, Any]]:
    return simulate_expression(np.random.default_rng(7))


def table(files: dict[str, bytes], name: str) -> pl.DataFrame:
    data = gzip.decompress(files[name]) if name.endswith(".gz") else files[name]
    return pl.read_csv(io.BytesIO(data), separator="\t" if ".tsv" in name else ",")


@pytest.mark.parametrize("library", FILES)
def test_a_matrix_has_a_column_a_sample_and_only_annotated_features(
    simulated: tuple[dict[str, bytes], dict[str, Any]], library: str
) -> None:
    files, truth = simulated
    matrix, annotation = table(files, FILES[library]), table(files, FEATURES_FILE)
    assert matrix.columns == ["feature_id", *(c.sample for c in SEQUENCING)]
    assert matrix.height == truth["libraries"][library]["feature_count"]
    assert set(matrix["feature_id"]) <= set(annotation["feature_id"])
    for changed in truth["libraries"][library]["log2_fold_change"].values():
        assert set(changed) <= set(matrix["feature_id"])
        assert 0.0 not in changed.values()


def test_planted_genes_change_in_the_file_as_the_truth_says(simulated: tuple[dict[str, bytes], dict[str, Any]]) -> None:
    files, truth = simulated
    matrix = table(files, FILES["gene"])
    factors = truth["libraries"]["gene"]["size_factors"]
    changed = truth["libraries"]["gene"]["log2_fold_change"]["usc_vs_il1b"]
    for feature_id, symbol in truth["named_genes"].items():
        if NAMED_GENES[symbol].usc == 0:
            continue
        row = matrix.row(by_predicate=pl.col("feature_id") == feature_id, named=True)
        log = {sample: np.log2(row[sample] / factor) for sample, factor in factors.items()}
        change = np.mean([log[f"RNA_NP{d}_il1b_usc"] - log[f"RNA_NP{d}_il1b"] for d in (1, 2, 3)])
        assert change == pytest.approx(changed[feature_id], abs=0.7), symbol


def test_made_up_ids_look_like_no_databases() -> None:
    annotation = features()
    assert annotation["feature_id"].is_unique().all()
    assert annotation["feature_id"].str.to_lowercase().str.starts_with("sim").all()
    real = annotation.filter(~pl.col("symbol").str.to_lowercase().str.contains("sim"))
    assert set(real["symbol"]) == set(NAMED_GENES)
    assert feature_ids("mirna", 3) == ["sim-miR-1-5p", "sim-miR-1-3p", "sim-miR-2-5p"]
    assert set(annotation["biotype"]) == {"protein_coding", "lncRNA", "miRNA", "circRNA"}
