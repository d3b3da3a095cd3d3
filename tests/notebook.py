"""The notebook of docs/notebooks on a published snapshot: what it shows is what the tables hold."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

NOTEBOOK = Path(__file__).resolve().parents[1] / "docs" / "notebooks" / "snapshot.py"


def assert_notebook_shows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells run, as in the browser, and their frames equal the tables of the study that comes first."""
    monkeypatch.setenv("BENCHLAKE_HOME", str(home))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with duckdb.connect(str(home / "published.duckdb"), read_only=True) as snapshot:
        (study,) = snapshot.execute("SELECT min(study_id) FROM core.studies").fetchall()[0]
        (contrast,) = snapshot.execute("SELECT min(contrast_id) FROM result.differential_expression").fetchall()[0]
        expected = {
            "courses": snapshot.execute("FROM mart.viability_by_time WHERE study_id = ?", [study]).pl(),
            "bench": snapshot.execute("FROM mart.bench_results WHERE study_id = ?", [study]).pl(),
            "hubs": snapshot.execute("FROM mart.cerna_hubs WHERE contrast_id = ?", [contrast]).pl(),
            "changed": snapshot.execute(
                "FROM mart.top_features WHERE contrast_id = ? AND direction != 'ns'", [contrast]
            ).pl(),
        }
    shown = _shown()
    for name in ("courses", "bench", "hubs"):
        columns = shown[name].columns
        assert shown[name].height, name
        assert_frame_equal(shown[name], expected[name].select(columns), check_row_order=False)
    ids = ["feature_id", "log2_fold_change", "padj"]
    top = expected["changed"].select(ids)
    assert top.height
    assert top.join(shown["changed"].select(ids), on=ids, how="anti").is_empty()
    assert shown["tests"].height > shown["changed"].height


def _shown() -> dict[str, pl.DataFrame]:
    """Frames that the cells define."""
    spec = importlib.util.spec_from_file_location("snapshot_notebook", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _, found = module.app.run()
    found["connection"].close()
    return {name: value for name, value in found.items() if isinstance(value, pl.DataFrame)}


def assert_notebook_runs(home: Path) -> None:
    """As a script, in a process of its own, with its own option."""
    command = [sys.executable, str(NOTEBOOK), "--", "--home", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"MPLBACKEND": "Agg"})
    assert done.returncode == 0, done.stderr
