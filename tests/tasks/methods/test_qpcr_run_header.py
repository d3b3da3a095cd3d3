from __future__ import annotations

import json

import polars as pl

from schemas.base import columns
from schemas.tables.qpcr_runs import QpcrRun
from tasks.methods.cq_tables import CqTable
from tasks.methods.qpcr_run_header import read_columns, run_frame
from tasks.methods.qpcr_wells import Run

HEADER = {
    "experiment type": "Standard Curve", "instrument type": "QuantStudio 3", "chemistry": "NA", "user name": "me",
    "passive reference": "ROX", "experiment run end time": "2024-03-05 10:00:00", "odd key": "kept",
}  # fmt: skip
TABLE = CqTable(
    ("Well", "Target", "Cq", "Reporter", "Ct Threshold", "Automatic Ct Threshold", "Baseline Start", "Baseline Stop"),
    ((2, ["A1", "G", "20", "FAM", "0.2", "TRUE", "3", "15"]), (3, ["A2", "H", "21", "VIC", "0.1", "FALSE", "4", "20"])),
)
WELLS = pl.DataFrame({"plate": ["p", "p", "q"]})


def test_a_run_keeps_what_miqe_asks_for_and_every_header_line() -> None:
    found = run_frame(WELLS, TABLE, Run("f.txt", "night 1", header=HEADER))
    assert found["plate"].to_list() == ["p", "q"]
    run = found.row(0, named=True)
    assert (run["experiment_name"], run["instrument"], run["operator"]) == ("night 1", "QuantStudio 3", "me")
    assert (run["run_at"], run["passive_reference"], run["chemistry"]) == ("2024-03-05 10:00:00", "ROX", None)
    assert (run["dyes"], run["threshold"], run["baseline"]) == ("FAM;VIC", "G 0.2 auto;H 0.1", "3-20")
    assert json.loads(run["header"])["odd key"] == "kept"
    assert set(found.columns) <= {c.name for c in columns(QpcrRun)}


def test_columns_that_the_run_sums_up_are_read() -> None:
    assert read_columns(TABLE) == set(TABLE.header) - {"Well", "Target", "Cq"}


def test_a_file_without_header_still_has_a_run() -> None:
    found = run_frame(WELLS.head(1), CqTable(("Well", "Cq"), ()), Run("f.txt", "f")).row(0, named=True)
    assert {k for k, v in found.items() if v} == {"plate", "experiment_name", "header"}
