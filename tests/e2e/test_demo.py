"""The simulated study, whole: what it was drawn from is found again."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from deployments.status import read_status
from tasks.simulation.study import simulate
from tests.e2e.small_study import Bench
from tests.figure_counterparts import assert_figures_have_counterparts
from tests.notebook import assert_notebook_runs, assert_notebook_shows
from tests.recovery import assert_truth_recovered
from tests.recovery_report import assert_report_recovers
from tests.sql_recipes import RECIPES

# what the simulated study has none of: quarantined files, a second reference gene, outer wells, flags of those wells,
# samples that are not what they are called
NOTHING_THERE = {
    "Which files stayed out, and what must I do?": {"place"},
    "Are the reference genes stable?": {"m_value", "rank", "pairwise_variation"},
    "Flagged wells": {"value"},
    "Is every sequenced sample what it is called?": {"sex_hint", "swap_hint", "donor_swap_hint", "outlier_sample_hint"},
    "Plates to look at": {"edge_effect_percent", "edge_pvalue", "outlier_wells"},
    "From a culture's viability back to its wells and file": {"flag"},
}

NO_ROWS = {"Does a result hang on what was excluded?"}  # nothing is


def assert_recipes_answer(snapshot: duckdb.DuckDBPyConnection) -> None:
    """Every recipe finds rows, but for what the study has not, and no column of nothing but nulls."""
    assert NOTHING_THERE.keys() | NO_ROWS <= RECIPES.keys()
    for title, sql in RECIPES.items():
        found = snapshot.execute(sql).pl()
        assert (found.height == 0) == (title in NO_ROWS), title
        if title in NO_ROWS:
            continue
        empty = {column for column in found.columns if found[column].null_count() == found.height}
        assert empty == NOTHING_THERE.get(title, set()), title


def assert_counts_of_files_agree(snapshot: duckdb.DuckDBPyConnection) -> None:
    """The view that analysts ask and the status screen count the same files."""
    (fresh,) = snapshot.execute("FROM mart.freshness").pl().to_dicts()
    screen = {row["status"]: row["file_count"] for row in read_status(snapshot).files}
    assert screen == {"loaded": fresh["loaded_count"], "ignored": fresh["ignored_count"]}
    assert fresh["quarantined_count"] == 0


def test_the_truth_of_the_simulated_study_is_recovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, data in simulate().items():
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    bench = Bench(tmp_path / "study", tmp_path / "home")
    summary = bench.night()
    assert not summary.failed
    assert not summary.quarantined
    with duckdb.connect(str(bench.warehouse.published), read_only=True) as snapshot:
        truth = json.loads((bench.study / "truth.json").read_text())
        assert_truth_recovered(snapshot, truth)
        assert_report_recovers(Path(summary.report_path).read_text(), truth)
        assert_recipes_answer(snapshot)
        assert_figures_have_counterparts(snapshot, Path(summary.figure_folder))
        assert_counts_of_files_agree(snapshot)
    assert_notebook_shows(bench.warehouse.published.parent, monkeypatch)
    assert_notebook_runs(bench.warehouse.published.parent)
    assert bench.night().is_unchanged
