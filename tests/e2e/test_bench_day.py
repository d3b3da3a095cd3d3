"""A day at the bench: real instrument files of six assays, run by the command line as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.contracts import parsers
from tests.e2e.small_study import Bench
from tests.tasks.parsers.bench_files import expectation, measurements

ROOT = Path(__file__).resolve().parents[2]
BMG = "landing/file_with_no_delimiter_malformed.csv"
DAMAGED = "landing/corrupted.fcs"
PLATE = "landing/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt"

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def day(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, str]:
    bench = Bench(shared / "studies" / "bench_day", tmp_path_factory.mktemp("day") / "home")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "BENCHLAKE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "deployments.cli", "run", str(bench.study), "--home", str(bench.home)],
        cwd=bench.home.parent, env={**environment, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        check=False, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return bench, done.stdout


def files_of(bench: Bench) -> dict[str, tuple[str, str, str]]:
    """Assay, status and reason of every raw file by name."""
    rows = bench.rows("SELECT file_name, assay, status, reason FROM core.raw_objects WHERE file_name LIKE 'landing/%'")
    return {str(name): (str(assay), str(status), str(reason or "")) for name, assay, status, reason in rows}


def test_every_file_is_loaded_or_says_why_not(day: tuple[Bench, str]) -> None:
    bench, printed = day
    readable = {assay for parser in parsers().values() for assay in parser.assays}
    files = files_of(bench)
    assert files.keys() == bench.folder.landing.keys()
    for name, (assay, status, reason) in files.items():
        if assay not in readable:
            assert (status, f"no parser for {assay} yet" in reason) == ("ignored", True), name
        else:
            assert status == ("quarantined" if name in {BMG, DAMAGED} else "loaded"), f"{name}: {reason}"
        assert Path(name).name in printed


def test_the_file_of_another_reader_is_quarantined_with_what_to_do(day: tuple[Bench, str]) -> None:
    bench, printed = day
    assay, status, reason = files_of(bench)[BMG]
    assert (assay, status) == ("cell_viability", "quarantined")
    assert "quarantined" in printed
    found = "FROM ops.validation_results WHERE source = 'load' AND file_name = ?"
    ((message, place, remedy, severity),) = bench.rows(f"SELECT message, place, remedy, severity {found}", BMG)
    assert severity == "local"
    assert "BMG" in str(message)
    assert 'BMG writes "User: …"' in str(message)
    assert str(place).startswith("line ")
    assert str(remedy)
    assert all(str(part) in reason for part in (BMG, place, message, remedy))
    with bench.warehouse.snapshot() as session:
        held = session.query("SELECT file_name FROM mart.quarantine WHERE status = 'quarantined' ORDER BY 1")
    assert BMG in held["file_name"]


def test_every_well_of_the_plate_is_loaded_and_wrong_blanks_are_flagged(day: tuple[Bench, str], shared: Path) -> None:
    bench, _ = day
    document = expectation(shared / "data/plate_reader/agilent_gen5", Path(PLATE).stem)
    expected = len(measurements(document, "plate reader document"))
    of_plate = "object_id = (SELECT object_id FROM core.raw_objects WHERE file_name = ?)"
    assert bench.rows(f"SELECT count(*) FROM core.plate_wells WHERE {of_plate}", PLATE) == [(expected,)]  # noqa: S608
    flags = f"SELECT role, count(*) FROM core.plate_wells WHERE {of_plate} AND flag = 'blank_not_blank' GROUP BY 1"  # noqa: S608
    assert bench.rows(flags, PLATE) == [("blank", 7)]
    rule = "SELECT file_name FROM ops.validation_results WHERE rule = 'blank_not_blank'"
    assert bench.rows(rule) == [(PLATE,)]


def test_the_qpcr_run_reaches_the_results(day: tuple[Bench, str]) -> None:
    bench, _ = day
    rows = bench.rows("SELECT DISTINCT sample_id, reference_targets FROM result.qpcr_fold_changes ORDER BY ALL")
    assert rows == [("Sample1", "Gene2"), ("Sample2", "Gene2")]


def test_a_second_run_says_that_nothing_changed(day: tuple[Bench, str]) -> None:
    assert day[0].night().is_unchanged
