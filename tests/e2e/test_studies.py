"""Whole real studies and the simulated one, through whole nights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from tasks.simulation.study import simulate
from tests.night import night
from tests.recovery import assert_truth_recovered
from tests.servers.prefect_server import ROOT

Query = Callable[[str], list[tuple[object, ...]]]


def query(home: Path) -> Query:
    def rows(sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(home / "published.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return rows


def test_the_platform_recovers_the_truth_of_the_simulated_study(tmp_path: Path) -> None:
    for name, data in simulate().items():
        path = tmp_path / "demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    summary = night(tmp_path / "demo", tmp_path / "home")
    assert not summary.failed
    assert summary.quarantined == ()
    truth = json.loads((tmp_path / "demo" / "truth.json").read_text("utf-8"))
    with duckdb.connect(str(tmp_path / "home" / "published.duckdb"), read_only=True) as connection:
        assert_truth_recovered(connection, truth)


def test_airway_is_loaded_whole_and_its_paired_list_agrees_with_r(shared: Path, tmp_path: Path) -> None:
    assert not night(shared / "studies" / "airway", tmp_path).failed
    rows = query(tmp_path)
    assert rows("SELECT count(*), count(DISTINCT feature_id), count(DISTINCT sample_id) FROM core.feature_counts") == [
        (64_102 * 8, 64_102, 8)
    ]
    ours = {f for (f,) in rows("SELECT feature_id FROM result.differential_expression WHERE direction <> 'ns'")}
    r = pl.read_csv(shared / "reference" / "airway_R_DESeq2.csv.gz", null_values="NA")
    listed = r.filter((pl.col("padj") < 0.05) & (pl.col("log2FoldChange").abs() > 1))
    theirs = set(listed[r.columns[0]])
    assert len(theirs) > 900
    assert len(ours & theirs) / len(ours | theirs) >= 0.97  # measured: 0.976
    assert rows("SELECT DISTINCT part FROM ops.analysis_runs WHERE status = 'done'") == [
        ("gene, deseq2, ~ donor + condition",)
    ]
    (skipped,) = rows("SELECT reason FROM ops.analysis_runs WHERE status = 'skipped'")
    assert "limma_voom is not built yet" in str(skipped[0])


def test_tcga_chol_runs_and_warns_of_its_partial_pairing(shared: Path, tmp_path: Path) -> None:
    assert not night(shared / "studies" / "tcga_chol", tmp_path).failed
    rows = query(tmp_path)
    assert rows(
        "SELECT library, count(DISTINCT feature_id), count(DISTINCT sample_id) FROM core.feature_counts "
        "GROUP BY library ORDER BY library"
    ) == [("gene", 1_000, 45), ("mirna", 2_588, 45)]
    (warning,) = rows("SELECT severity, message FROM ops.validation_results WHERE message LIKE '%partially paired%'")
    assert warning[0] == "warning"
    assert "9 of 36 donors" in str(warning[1])
    assert rows("SELECT count(*) FROM result.differential_expression WHERE direction = 'up'")[0][0] != 0


def test_the_bench_day_ends_well_and_says_what_is_wrong_with_its_files(shared: Path, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "BENCHLAKE_"))}
    environment |= {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
    command = [
        sys.executable,
        "-m",
        "deployments.cli",
        "run",
        str(shared / "studies" / "bench_day"),
        "--home",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Published at" in done.stdout
    rows = query(tmp_path)
    (bad,) = rows(
        "SELECT file_name, reason FROM core.raw_objects WHERE status = 'quarantined' AND file_name LIKE '%.csv'"
    )
    assert bad[0] == "landing/file_with_no_delimiter_malformed.csv"
    for said in (str(bad[0]), "line 1", "BMG", "Export the run again"):
        assert said in str(bad[1])
    flags = dict(rows("SELECT flag, count(*) FROM core.plate_wells WHERE role = 'blank' GROUP BY flag"))  # type: ignore[arg-type]
    assert flags == {"blank_not_blank": 7, "overflow": 1}
    others = rows(
        "SELECT status, reason FROM core.raw_objects WHERE assay NOT IN ('manifest', 'reference') "
        "AND file_name NOT IN ('landing/file_with_no_delimiter_malformed.csv', 'landing/corrupted.fcs')"
    )
    assert len(others) == 8
    assert all(s == "loaded" or "yet" in str(why) for s, why in others), others


def test_a_second_night_finds_nothing_to_do(shared: Path, tmp_path: Path) -> None:
    night(shared / "studies" / "bench_day", tmp_path)
    again = night(shared / "studies" / "bench_day", tmp_path)
    assert again.is_unchanged
    assert again.parts == ()
    assert [f.file_name for f in again.standing] == ["landing/file_with_no_delimiter_malformed.csv"]
