"""The recovery checks themselves: they pass on the truth and fail on a planted error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import duckdb
import polars as pl
import pytest

from tasks.simulation.design import BENCH, CONDITIONS
from tasks.simulation.matrices import features
from tasks.simulation.study import simulate
from tests.memory_warehouse import insert_row, memory_warehouse
from tests.recovery import assert_truth_recovered

TRUTH: dict[str, Any] = json.loads(simulate()["truth.json"])
STUDY = TRUTH["study_id"]


def _bench(con: duckdb.DuckDBPyConnection) -> None:
    percent = TRUTH["viability"]["percent_of_control"]
    changes = TRUTH["qpcr"]["log2_fold_change_against_control"]
    for c in BENCH:
        condition = c.treatment.condition
        insert_row(con, "core.samples", study_id=STUDY, sample_id=c.sample, condition=condition, donor_id=c.donor.donor)
        row = {"study_id": STUDY, "sample_id": c.sample}
        for time_h, value in percent[condition].items():
            insert_row(con, "result.viability", **row, time_h=float(time_h), percent_viability=value)
        for target, by_condition in changes.items():
            is_lost = TRUTH["qpcr"]["undetermined"][0]
            count = int((c.sample, target) == (is_lost["sample"], is_lost["target"]))
            fold = 2.0 ** by_condition[condition]
            insert_row(
                con, "result.qpcr_fold_changes", **row, target=target, fold_change=fold, undetermined_count=count
            )
    test: dict[str, Any] = {"study_id": STUDY, "role": "primary", "padj": 0.001, "family_size": 15}
    for a, b in combinations(CONDITIONS, 2):
        pair = {"group_a": a, "group_b": b}
        plates = {"comparison_id": "viability_all", "assay": "cell_viability", "time_h": 72.0}
        difference = percent[b]["72"] - percent[a]["72"]
        insert_row(con, "result.pairwise_tests", **test, **pair, **plates, mean_difference=difference)
        for target, by_condition in changes.items():
            run = {"comparison_id": "qpcr_all", "assay": "qpcr", "target": target}
            difference = by_condition[b] - by_condition[a]
            insert_row(con, "result.pairwise_tests", **test, **pair, **run, mean_difference=difference)


def _expression(con: duckdb.DuckDBPyConnection) -> None:
    symbols = dict(features().select("feature_id", "symbol").iter_rows())
    prefixes = {"gene": "SIMG", "mirna": "sim-miR", "circrna": "sim_circ"}
    for library, planted in TRUTH["expression"]["libraries"].items():
        ids = [i for i in symbols if i.startswith(prefixes[library])]
        for sample, factor in planted["size_factors"].items():
            row = {"study_id": STUDY, "library": library, "method": "deseq2", "sample_id": sample}
            insert_row(con, "result.sample_size_factors", **row, size_factor=2 * factor)
        for contrast, changes in planted["log2_fold_change"].items():
            change = [changes.get(i, 0.0) for i in ids]
            frame = pl.DataFrame(  # noqa: F841  # DuckDB reads it by name
                {
                    "study_id": STUDY,
                    "run_id": "r",
                    "contrast_id": contrast,
                    "library": library,
                    "rna_class": "other",
                    "method": "deseq2",
                    "feature_id": ids,
                    "symbol": [symbols[i] for i in ids],
                    "base_mean": 100.0,
                    "log2_fold_change": change,
                    "padj": 0.01,
                    "direction": ["up" if c > 1 else "down" if c < -1 else "ns" for c in change],
                }
            )
            con.execute("INSERT INTO result.differential_expression BY NAME FROM frame")


@pytest.fixture
def recovered() -> Iterator[duckdb.DuckDBPyConnection]:
    with memory_warehouse() as con:
        insert_row(con, "core.studies", study_id=STUDY, is_simulated=True, manifest="{}")
        insert_row(con, "ops.publications", study_id=STUDY, is_complete=True)
        missed = TRUTH["viability"]["flagged_wells"][0]
        raw = {"study_id": STUDY, "object_id": "o"}
        insert_row(con, "core.raw_objects", **raw, file_name=missed["file"], status="loaded")
        insert_row(con, "core.plate_wells", **raw, assay="cell_viability", well=missed["well"], flag=missed["flag"])
        insert_row(con, "core.raw_objects", study_id=STUDY, file_name=TRUTH["ignored"][0], status="ignored")
        _bench(con)
        _expression(con)
        yield con


def test_the_truth_itself_is_recovered(recovered: duckdb.DuckDBPyConnection) -> None:
    assert_truth_recovered(recovered, TRUTH)


@pytest.mark.parametrize(
    "error",
    [
        "UPDATE core.raw_objects SET status = 'quarantined' WHERE status = 'ignored'",
        "DELETE FROM core.plate_wells",
        "UPDATE result.viability SET percent_viability = 100",
        "UPDATE result.pairwise_tests SET mean_difference = -mean_difference",
        "UPDATE result.pairwise_tests SET padj = 0.5 WHERE assay = 'qpcr'",
        "UPDATE result.qpcr_fold_changes SET fold_change = 1 / fold_change",
        "UPDATE result.sample_size_factors SET size_factor = 1",
        "UPDATE result.differential_expression SET log2_fold_change = -log2_fold_change",
        "UPDATE result.differential_expression SET direction = 'ns' WHERE library = 'mirna'",
        "UPDATE result.differential_expression SET direction = 'up', log2_fold_change = 3 WHERE direction = 'ns'",
        "UPDATE result.differential_expression SET symbol = NULL",
    ],
)
def test_a_planted_error_is_noticed(recovered: duckdb.DuckDBPyConnection, error: str) -> None:
    recovered.execute(error)
    with pytest.raises(AssertionError):
        assert_truth_recovered(recovered, TRUTH)
