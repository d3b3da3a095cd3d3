"""A count matrix through the engine, held against bare DuckDB reading and storing the same file.

The peer ends with what we end with: one row a feature and sample, in the columns of
``core.feature_counts``. We also hash and keep the bytes, check every cell, key and reference and
write the ledger, and may take twice the peer's time for all of it. The plain wide copy of the csv
(``CREATE TABLE AS FROM read_csv``) is printed beside it and not asserted: DuckDB alone needs
four times as long to write the 6.4 million tidy rows as to copy the wide table, because each text
column is hashed row by row to be compressed; nobody can query samples as columns across studies.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from schemas.base import columns, tables
from tasks.engine import ingest
from tasks.engine.context import open_objects, open_warehouse
from tasks.engine.study_files import read_folder
from warehouse.ddl import SQL_TYPES

pytestmark = pytest.mark.bench
FEATURES, SAMPLES, ROUNDS = 64_000, 100, 3
READ = "FROM read_csv('{csv}')"
LONG = "UNPIVOT (FROM read_csv('{csv}')) ON COLUMNS(* EXCLUDE feature_id) INTO NAME sample_name VALUE count"
TIDY = (
    "SELECT 'matrix' AS study_id, repeat('0', 64) AS object_id, 'gene' AS library, sample_name, "
    "sample_name AS sample_id, feature_id, count::DOUBLE AS count, NULL::DOUBLE AS effective_length "
    "FROM (UNPIVOT (FROM read_csv('{csv}')) ON COLUMNS(* EXCLUDE feature_id) INTO NAME sample_name VALUE count)"
)
PEER = """
import sys, time, duckdb
start = time.perf_counter()
connection = duckdb.connect(sys.argv[1])
connection.execute("SET enable_progress_bar = false")
connection.execute("CREATE TABLE counts AS " + sys.argv[2])
connection.execute("CHECKPOINT")
connection.close()
print(time.perf_counter() - start)
"""


def test_a_count_matrix_of_64000_by_100_loads_in_twice_the_time_of_bare_duckdb(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    study = _study(tmp_path)
    seconds: dict[str, list[float]] = {"engine": [], "tidy": [], "long": [], "wide": []}
    for _ in range(ROUNDS):
        seconds["engine"].append(_loaded(study, tmp_path / "home"))
        for peer, sql in (("tidy", TIDY), ("long", LONG), ("wide", READ)):
            seconds[peer].append(_peer(sql.format(csv=study / "landing" / "counts.csv"), tmp_path / "peer.duckdb"))
    median = {name: statistics.median(taken) for name, taken in seconds.items()}
    ratio = {name: median["engine"] / median[name] for name in ("tidy", "long", "wide")}
    record_property("count_matrix_load_ratio", ratio["tidy"])
    print(  # noqa: T201  # the measurement is the output
        f"{FEATURES:,} x {SAMPLES} counts: engine {median['engine']:.2f} s; DuckDB storing the same tidy table "
        f"{median['tidy']:.2f} s: x{ratio['tidy']:.2f}; only name, feature and count {median['long']:.2f} s: "
        f"x{ratio['long']:.2f}; the wide csv as it is {median['wide']:.2f} s: x{ratio['wide']:.2f}"
    )
    assert ratio["tidy"] <= 2


def test_the_peer_stores_the_columns_of_our_table() -> None:
    declared = {c.name: SQL_TYPES[c.dtype] for c in columns(tables()["core.feature_counts"])}
    assert [name for name in declared if name not in TIDY] == []


def _study(folder: Path) -> Path:
    """A study with one matrix of counts as RNA sequencing gives them, rows in no order."""
    study, rng = folder / "study", np.random.default_rng(1)
    (study / "landing").mkdir(parents=True)
    samples = [f"S{i:03}" for i in range(SAMPLES)]
    (study / "study.yaml").write_text("study_id: matrix\nconditions: [{id: control}, {id: treated}]\n")
    rows = [f"{s},{'treated' if i % 2 else 'control'},d{i // 2},{i // 2 + 1}\n" for i, s in enumerate(samples)]
    (study / "samples.csv").write_text("sample,condition,donor,replicate\n" + "".join(rows))
    mean = np.exp(rng.normal(3, 2.5, (FEATURES, 1)))
    counts = rng.negative_binomial(2, 2 / (2 + mean), size=(FEATURES, SAMPLES))
    ids = [f"ENSG{i:011}" for i in rng.permutation(FEATURES)]
    frame = pl.DataFrame({"feature_id": ids} | {s: counts[:, i] for i, s in enumerate(samples)})
    frame.write_csv(study / "landing" / "counts.csv")
    return study


def _loaded(study: Path, home: Path) -> float:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    start = time.perf_counter()
    warehouse, store = open_warehouse(home), open_objects(home)
    plan = ingest.plan_ingest(read_folder(study), warehouse, store)
    outcomes = [outcome for batch in plan.batches for outcome in ingest.load_batch(plan, batch, warehouse, store)]
    taken = time.perf_counter() - start
    assert [(o.status, o.rows) for o in outcomes] == [("loaded", FEATURES * SAMPLES)]
    return taken


def _peer(sql: str, path: Path) -> float:
    path.unlink(missing_ok=True)
    command = [sys.executable, "-c", PEER, str(path), sql]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
