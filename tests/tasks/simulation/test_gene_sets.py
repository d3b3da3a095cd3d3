from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import hypergeom

from tasks.engine.reading import read_file
from tasks.methods.gmt import GeneSets, read_gmt
from tasks.simulation.gene_sets import GENE_SETS_FILE, LIST_FILE, NULL_SETS, PLANTED_CHANGED
from tasks.simulation.matrices import features
from tasks.simulation.study import simulate
from tests.tasks.parsers.bench_files import context, raw_file

Study = tuple[dict[str, bytes], dict[str, Any]]


@pytest.fixture(scope="module")
def simulated() -> Study:
    files = simulate()
    return files, json.loads(files["truth.json"])


def members(sets: GeneSets) -> dict[str, set[str]]:
    return {key: set(genes) for key, genes in sets.rows.group_by("set_id").agg("symbol").iter_rows()}


def test_sets_are_read_back_and_say_that_they_are_simulated(tmp_path: Path, simulated: Study) -> None:
    files, truth = simulated
    reading = read_file(raw_file(tmp_path, files[GENE_SETS_FILE], "x.gmt.gz"), context(assay="gene_sets"))
    assert not reading.problems
    (about,) = reading.frames["core.gene_set_collections"].to_dicts()
    assert about["set_count"] == NULL_SETS + len(truth["enrichment"]["planted"])
    assert about["version"] == "simulated"
    assert "SIMULATED" in about["source"]
    rows = reading.frames["core.gene_sets"]
    assert rows["set_name"].str.starts_with("simulated: ").all()
    assert set(rows["symbol"]) <= set(features()["symbol"])


def test_planted_sets_hold_raised_genes_and_null_sets_no_more_than_chance(tmp_path: Path, simulated: Study) -> None:
    files, truth = simulated
    sets = members(read_gmt(raw_file(tmp_path, files[GENE_SETS_FILE], "x.gmt.gz")))
    symbols = dict(features().select("feature_id", "symbol").iter_rows())
    gene = truth["expression"]["libraries"]["gene"]
    for contrast, changes in gene["log2_fold_change"].items():
        raised = {symbols[i] for i, change in changes.items() if change > 0}
        assert len(sets[truth["enrichment"]["planted"][contrast]] & raised) >= PLANTED_CHANGED
        null = [sets[name] for name in truth["enrichment"]["null"]]
        pvalues = [hypergeom.sf(len(s & raised) - 1, gene["feature_count"], len(raised), len(s)) for s in null]
        assert sum(p < 0.05 for p in pvalues) <= 20  # of 200; 10 expected, P(> 20) = 0.001
    assert len(truth["enrichment"]["null"]) == NULL_SETS == len(sets) - 3


def test_the_list_of_genes_is_labelled(simulated: Study) -> None:
    files, truth = simulated
    first, *genes = files[LIST_FILE].decode().splitlines()
    assert "SIMULATED" in first
    assert genes == truth["enrichment"]["apoptosis"] == sorted(set(genes))
