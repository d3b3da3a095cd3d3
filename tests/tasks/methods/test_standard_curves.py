from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.contracts import RawFile
from tasks.methods.standard_curves import efficiencies, standard_curves
from tasks.parsers.quantstudio import PARSER
from tests.tasks.parsers.bench_files import context

Row = dict[str, Any]
SCHEMA = {
    "object_id": pl.String, "plate": pl.String, "target": pl.String, "task": pl.String, "cq": pl.Float64,
    "quantity": pl.Float64, "flag": pl.String, "is_excluded": pl.Boolean,
}  # fmt: skip


def standard(quantity: float | None, cq: float | None, **more: object) -> Row:
    row: Row = {"object_id": "f1", "plate": "p", "target": "ACAN", "task": "standard", "cq": cq, "quantity": quantity}
    return row | {"flag": None, "is_excluded": False} | more


def curves(*rows: Row) -> pl.DataFrame:
    return standard_curves(pl.DataFrame(list(rows), schema=SCHEMA))


def one(*rows: Row) -> Row:
    (found,) = curves(*rows).to_dicts()
    return found


DOUBLING = [standard(10.0**k, 35 - k / math.log10(2)) for k in range(5)]


def test_slope_intercept_r_squared_and_efficiency_are_quantstudios_own(shared: Path) -> None:
    raw = RawFile.read(shared / "data/qpcr/auto_qpcr/2019-04-25_124559-GAPDH.csv")
    lines = raw.path.read_text(encoding="utf-8-sig").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Well,"))
    printed = next(csv.DictReader(lines[start:]))
    wells = PARSER.parse(raw, context()).frames["core.qpcr_wells"]
    frame = wells.with_columns(object_id=pl.lit("f1"), is_excluded=False)
    found = standard_curves(frame).row(0, named=True)
    assert found["slope"] == pytest.approx(float(printed["Slope"]), abs=6e-4)
    assert found["intercept"] == pytest.approx(float(printed["Y-Intercept"]), abs=6e-4)
    assert found["r_squared"] == pytest.approx(float(printed["R(superscript 2)"]), abs=6e-4)
    assert found["efficiency_percent"] == pytest.approx(float(printed["Efficiency"]), abs=6e-3)
    assert found["flag"] == "efficiency_out_of_range"
    assert found["is_usable"]


def test_the_line_is_scipys() -> None:
    rows = [(1e1, 30.2), (1e1, 30.5), (1e3, 23.1), (1e3, 23.6), (1e5, 16.9), (1e5, 17.0)]
    found = one(*(standard(q, cq) for q, cq in rows))
    line = stats.linregress([math.log10(q) for q, _ in rows], [cq for _, cq in rows])
    assert (found["slope"], found["intercept"]) == (pytest.approx(line.slope), pytest.approx(line.intercept))
    assert found["r_squared"] == pytest.approx(line.rvalue**2)
    assert found["amplification_factor"] == pytest.approx(10 ** (-1 / line.slope))
    assert (found["level_count"], found["well_count"]) == (3, 6)
    assert (found["min_quantity"], found["max_quantity"]) == (10, 1e5)


def test_perfect_doubling_is_a_hundred_percent() -> None:
    found = one(*DOUBLING)
    assert found["amplification_factor"] == pytest.approx(2)
    assert found["efficiency_percent"] == pytest.approx(100)
    assert (found["is_usable"], found["flag"], found["na_reason"]) == (True, None, None)


def test_wells_that_were_omitted_excluded_or_did_not_amplify_are_left_out() -> None:
    found = one(
        *DOUBLING,
        standard(100, 12.0, flag="omitted"),
        standard(100, 12.0, is_excluded=True),
        standard(100, 12.0, task="unknown"),
        standard(0.1, None, flag="undetermined"),
    )
    assert found["amplification_factor"] == pytest.approx(2)
    assert (found["well_count"], found["undetermined_count"]) == (5, 1)
    assert found["min_quantity"] == 1


@pytest.mark.parametrize(
    ("rows", "reason", "flag"),
    [
        ([standard(None, 20), standard(None, 23)], "no_quantity", None),
        ([standard(10, 20), standard(100, 17), standard(100, 17.2)], "too_few_levels", None),
        ([standard(10, 20), standard(100, 21), standard(1000, 22)], "not_falling", None),
        ([standard(10, 20), standard(100, 20), standard(1000, 20)], "not_falling", None),
        ([standard(10, 22), standard(100, 21), standard(1000, 17)], None, "efficiency_out_of_range;low_r_squared"),
    ],
)
def test_lines_that_tell_no_efficiency_say_why(rows: list[Row], reason: str | None, flag: str | None) -> None:
    found = one(*rows)
    assert (found["na_reason"], found["flag"]) == (reason, flag)
    assert not found["is_usable"] or reason is None
    assert (found["amplification_factor"] is None) == (reason is not None)


def test_targets_and_plates_have_lines_of_their_own() -> None:
    other = [row | {"target": "GAPDH", "cq": (row["cq"] or 0) - 3} for row in DOUBLING]
    found = curves(*DOUBLING, *other, *(row | {"plate": "q"} for row in DOUBLING))
    assert found.select("plate", "target").rows() == [("p", "ACAN"), ("p", "GAPDH"), ("q", "ACAN")]
    assert found["intercept"].to_list() == pytest.approx([35, 32, 35])


def test_an_assays_efficiency_is_the_geometric_mean_of_its_usable_curves() -> None:
    table = pl.DataFrame(
        {
            "target": ["ACAN", "Acan", "ACAN", "GAPDH"],
            "amplification_factor": [1.8, 2.0, 9.0, None],
            "is_usable": [True, True, False, False],
        }
    )
    assert efficiencies(table).rows() == [("acan", pytest.approx(math.sqrt(1.8 * 2.0)))]


@given(st.floats(-4, -3), st.floats(20, 40), st.lists(st.integers(0, 7), min_size=3, max_size=8, unique=True))
def test_an_exact_line_is_found_again(slope: float, intercept: float, powers: list[int]) -> None:
    found = one(*(standard(10.0**p, intercept + slope * p) for p in powers))
    assert found["slope"] == pytest.approx(slope)
    assert found["intercept"] == pytest.approx(intercept)
    assert found["r_squared"] == pytest.approx(1)
