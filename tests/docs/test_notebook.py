"""Cells of the notebook on a study with two experiments."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import duckdb
import matplotlib as mpl
import polars as pl
import pytest

from tests.memory_warehouse import insert_row, memory_warehouse
from tests.notebook import NOTEBOOK

TIMES = (0.0, 24.0, 72.0)
EXPERIMENTS = ("first", "second")


@pytest.fixture(scope="module")
def run() -> Callable[[str], dict[str, Any]]:
    """What a cell defines, run on a warehouse in memory: a condition in two experiments, and a comparison of each."""
    mpl.use("agg")
    con = memory_warehouse()
    insert_row(con, "core.studies", study_id="s", manifest='{"conditions": [{"id": "il1b", "label": "IL-1β"}]}')
    for experiment in EXPERIMENTS:
        culture = {"study_id": "s", "sample_id": f"{experiment}_1", "experiment": experiment}
        insert_row(con, "core.samples", **culture, condition="il1b", donor_id="D1")
        for time_h in TIMES:
            insert_row(con, "result.viability", **culture, time_h=time_h, percent_viability=100 - time_h)
        pair = {"comparison_id": f"of_{experiment}", "group_a": "control", "group_b": "il1b", "role": "primary"}
        insert_row(con, "result.pairwise_tests", study_id="s", experiment=experiment, **pair, padj=0.01)

    spec = importlib.util.spec_from_file_location("snapshot_cells", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def cell(name: str) -> dict[str, Any]:
        given: dict[str, Any] = {"ask": _asker(con), "study": SimpleNamespace(value="s")}
        _, found = getattr(module, name).run(**given)
        return dict(found)

    return cell


def _asker(con: duckdb.DuckDBPyConnection) -> Callable[..., pl.DataFrame]:
    return lambda sql, *values: con.execute(sql, values).pl()


def test_each_experiment_has_a_panel_and_each_line_one_point_a_time(run: Callable[[str], dict[str, Any]]) -> None:
    found = run("viability")
    panels = list(found["panels"].flat)
    assert [axes.get_title() for axes in panels] == list(EXPERIMENTS)
    for axes in panels:
        (line,) = axes.containers
        assert line.get_label() == "IL-1β"
        assert list(line.lines[0].get_xdata()) == list(TIMES)


def test_pairs_say_of_which_comparison_and_experiment_they_are(run: Callable[[str], dict[str, Any]]) -> None:
    shown = run("comparisons")["bench"].select("comparison_id", "experiment")
    assert shown.rows() == [(f"of_{experiment}", experiment) for experiment in EXPERIMENTS]
