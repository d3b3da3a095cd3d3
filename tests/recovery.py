"""Whether a finished run of the simulated study shows the truth that the files were drawn from.

Each function takes a connection to the published snapshot and ``truth.json`` and asserts;
``assert_truth_recovered`` calls all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
from scipy import stats

from tests.recovery_assays import assert_assays_recovered, assert_damage_and_rescue, primary_pairs
from tests.recovery_cerna import assert_cerna_recovered
from tests.recovery_enrichment import assert_enrichment_recovered
from tests.recovery_flow import assert_flow_recovered

Truth = Mapping[str, Any]
FOLD_CHANGE_LOG2 = 1.0  # study.yaml: fold_change 2
CLEAR_CHANGE, CLEAR_MEAN = 1.3, 50.0  # a change that three matched donors must show
MINIMAL_RECALL = {"gene": 0.90, "mirna": 0.85}  # circRNAs are too sparse for three donors
MAXIMAL_FALSE_SHARE = 0.08
SIZE_FACTOR_TOLERANCE = {"gene": 0.03, "mirna": 0.08, "circrna": 0.08}
UP, DOWN = ("FOS", "FOSB", "ITPRIPL2"), ("HYI", "OVCA2", "S100A10")


def assert_viability_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Percentages at every time, their order at 72 h, and the three pairs that the study turns on."""
    study, expected = truth["study_id"], truth["viability"]["percent_of_control"]
    rows = connection.execute(
        "SELECT condition, time_h, n, mean_percent_viability FROM mart.viability_by_time WHERE study_id = ?", [study]
    ).fetchall()
    found = {(condition, f"{time_h:.0f}"): mean for condition, time_h, _, mean in rows}
    assert {row[2] for row in rows} == {3}
    assert found.keys() == {(c, t) for c, times in expected.items() for t in times}
    for (condition, time_h), mean in found.items():
        assert abs(mean - expected[condition][time_h]) < 8, f"{condition} at {time_h} h: {mean}"
    for a in expected:
        for b in expected:
            if expected[a]["72"] - expected[b]["72"] >= 6:
                assert found[a, "72"] > found[b, "72"], f"{a} above {b} at 72 h"
    assert_damage_and_rescue(primary_pairs(connection, study, "cell_viability", 72.0), "", damage=-1)


def assert_qpcr_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Fold changes of every target and condition; IL-1β lowers each target, tested on -ΔCq."""
    study, expected = truth["study_id"], truth["qpcr"]["log2_fold_change_against_control"]
    rows = connection.execute(
        """
        SELECT target, condition, n, log2(geometric_mean_fold_change)
        FROM mart.qpcr_by_group
        WHERE study_id = ? AND target <> ?
        """,
        [study, truth["qpcr"]["reference_target"]],
    ).fetchall()
    found = {(target, condition): change for target, condition, _, change in rows}
    assert {row[2] for row in rows} == {3}
    assert found.keys() == {(t, c) for t, conditions in expected.items() for c in conditions}
    for (target, condition), change in found.items():
        assert abs(change - expected[target][condition]) < 0.35, f"{target} in {condition}: {change}"
    tests = primary_pairs(connection, study, "qpcr")
    for target in expected:
        difference, padj = tests[target, "control", "il1b"]
        assert difference < 0, f"IL-1β lowers {target}"
        assert padj < 0.05, f"{target}: padj {padj}"
    lost = connection.execute(
        """
        SELECT sample_id, target, undetermined_count FROM result.qpcr_fold_changes
        WHERE study_id = ? AND undetermined_count > 0 ORDER BY ALL
        """,
        [study],
    ).fetchall()
    assert lost == [(u["sample"], u["target"], u["wells"]) for u in truth["qpcr"]["undetermined"]]


def assert_expression_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth, library: str) -> None:
    """Clear changes are found, none points the wrong way, in every contrast; over all of them few calls are false."""
    study, planted = truth["study_id"], truth["expression"]["libraries"][library]
    called_count = false_count = 0
    for contrast, changes in planted["log2_fold_change"].items():
        rows = connection.execute(
            """
            SELECT feature_id, base_mean, log2_fold_change, direction FROM result.differential_expression
            WHERE study_id = ? AND contrast_id = ? AND library = ? AND method = 'deseq2'
            """,
            [study, contrast, library],
        ).fetchall()
        where = f"{library}, {contrast}"
        assert len(rows) == planted["feature_count"], where
        called = {feature: (change, direction) for feature, _, change, direction in rows if direction != "ns"}
        false = called.keys() - changes.keys()
        called_count += len(called)
        false_count += len(false)
        if library != "circrna":
            assert len(false) <= max(1, MAXIMAL_FALSE_SHARE * len(called)), f"{where}: {len(false)} of {len(called)}"
        for feature, (change, direction) in called.items():
            assert (direction == "up") == (change > 0), f"{where}: {feature}"
            assert abs(change) > FOLD_CHANGE_LOG2, f"{where}: {feature}"
            if feature in changes:
                assert np.sign(change) == np.sign(changes[feature]), f"{where}: {feature}"
        if library in MINIMAL_RECALL:
            abundant = {feature for feature, mean, *_ in rows if mean is not None and mean >= CLEAR_MEAN}
            clear = {f for f, change in changes.items() if abs(change) >= CLEAR_CHANGE} & abundant
            recall = len(clear & called.keys()) / len(clear)
            assert recall >= MINIMAL_RECALL[library], f"{where}: recall {recall:.2f}"
    most = stats.binom.ppf(0.99, called_count, MAXIMAL_FALSE_SHARE)  # lists of six circRNAs say little one by one
    assert false_count <= most, f"{library}: {false_count} of {called_count} false"


def assert_named_genes_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """The paper's six genes change together in both contrasts against IL-1β, under their symbols."""
    for contrast in ("usc_vs_il1b", "exo_vs_il1b"):
        rows = connection.execute(
            """
            SELECT symbol, direction FROM result.differential_expression
            WHERE study_id = ? AND contrast_id = ? AND library = 'gene' AND method = 'deseq2'
                AND list_contains(?, symbol)
            """,
            [truth["study_id"], contrast, [*UP, *DOWN]],
        ).fetchall()
        assert dict(rows) == {**dict.fromkeys(UP, "up"), **dict.fromkeys(DOWN, "down")}, contrast


def assert_size_factors_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Size factors, up to their common scale."""
    for library, planted in truth["expression"]["libraries"].items():
        rows = connection.execute(
            """
            SELECT sample_id, any_value(size_factor) FROM result.sample_size_factors
            WHERE study_id = ? AND library = ? AND method = 'deseq2' GROUP BY sample_id
            """,
            [truth["study_id"], library],
        ).fetchall()
        found = dict(rows)
        assert found.keys() == planted["size_factors"].keys(), library
        error = np.log([found[s] / f for s, f in planted["size_factors"].items()])
        assert np.abs(error - error.mean()).max() < SIZE_FACTOR_TOLERANCE[library], library


def assert_files_accounted_for(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Nothing quarantined, the note ignored and listed, the missed well flagged, the study fresh."""
    study = truth["study_id"]
    freshness = connection.execute(
        "SELECT is_stale, is_simulated, quarantined_count FROM mart.freshness WHERE study_id = ?", [study]
    ).fetchall()
    assert freshness == [(False, True, 0)]
    held = connection.execute("SELECT file_name, status FROM mart.quarantine WHERE study_id = ?", [study]).fetchall()
    assert held == [(name, "ignored") for name in truth["ignored"]]
    flagged = connection.execute(
        """
        SELECT file_name, well, flag FROM mart.plate_flags
        WHERE study_id = ? AND assay = 'cell_viability' ORDER BY ALL
        """,
        [study],
    ).fetchall()
    assert flagged == [(w["file"], w["well"], w["flag"]) for w in truth["viability"]["flagged_wells"]]


def assert_truth_recovered(connection: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Everything above."""
    assert_files_accounted_for(connection, truth)
    assert_viability_recovered(connection, truth)
    assert_qpcr_recovered(connection, truth)
    assert_size_factors_recovered(connection, truth)
    for library in truth["expression"]["libraries"]:
        assert_expression_recovered(connection, truth, library)
    assert_named_genes_recovered(connection, truth)
    assert_cerna_recovered(connection, truth)
    assert_enrichment_recovered(connection, truth)
    assert_assays_recovered(connection, truth)
    assert_flow_recovered(connection, truth)
