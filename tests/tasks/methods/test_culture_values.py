from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.culture_values import Quantity, as_measurements, culture_values, experiment_parts

RAW, LOG = Quantity("size", "size", "raw", "nm"), Quantity("conc", "concentration", "log2", "1/mL", "why")
SAMPLES = pl.DataFrame(
    {"sample_id": ["C1", "C2", "T1"], "experiment": ["a", "a", "b"], "is_excluded": [False, True, False]}
)


def readings(*rows: dict[str, Any]) -> pl.DataFrame:
    types = {"sample_id": pl.String, "target": pl.String, "time_h": pl.Float64, "is_excluded": pl.Boolean,
             "size": pl.Float64, "conc": pl.Float64, "why": pl.String}  # fmt: skip
    base: dict[str, Any] = dict.fromkeys(types) | {"target": "", "is_excluded": False}
    return pl.DataFrame([base | row for row in rows], schema=types)


def computed(*rows: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    found = culture_values(readings(*rows), SAMPLES, [RAW, LOG])
    return {(r["sample_id"], r["measure"]): r for r in found.to_dicts()}


def test_readings_are_averaged_on_the_scale_of_the_quantity() -> None:
    found = computed({"sample_id": "C1", "size": 90.0, "conc": 2.0}, {"sample_id": "C1", "size": 110.0, "conc": 32.0})
    size, conc = found["C1", "size"], found["C1", "concentration"]
    assert (size["value"], size["technical_n"], size["technical_sd"]) == (100.0, 2, pytest.approx(200**0.5))
    assert (conc["value"], conc["scale"], conc["unit"], conc["experiment"]) == (3.0, "log2", "1/mL", "a")


def test_nulls_have_a_reason_or_no_row() -> None:
    found = computed(
        {"sample_id": "C1", "conc": None, "why": "dilution_missing"}, {"sample_id": "T1", "size": 1.0, "conc": 0.0}
    )
    assert found["C1", "concentration"]["na_reason"] == "dilution_missing"
    assert found["T1", "concentration"]["na_reason"] == "not_positive"
    assert ("C1", "size") not in found


def test_excluded_readings_are_dropped_unless_nothing_is_left() -> None:
    found = computed(
        {"sample_id": "C1", "size": 1.0},
        {"sample_id": "C1", "size": 9.0, "is_excluded": True},
        {"sample_id": "T1", "size": 5.0, "is_excluded": True},
        {"sample_id": "C2", "size": 7.0},
    )
    assert {k[0]: (r["value"], r["is_excluded"]) for k, r in found.items()} == {
        "C1": (1.0, False),
        "T1": (5.0, True),
        "C2": (7.0, True),
    }


def test_parts_are_experiments_of_known_cultures() -> None:
    slices = {
        "core.x": pl.DataFrame({"kind": ["s", "s", "l", "s"], "sample_id": ["C1", "T1", "C2", None]}),
        "core.samples": SAMPLES.select("sample_id", "experiment"),
    }
    parts = experiment_parts("core.x", slices, {"kind": ("s",)})
    assert [p.key for p in parts] == ["a", "b"]
    assert parts[0].where == {
        "core.x": {"kind": ("s",), "sample_id": ("C1",)},
        "core.samples": {"sample_id": ("C1",)},
    }


def test_measurements_have_no_block() -> None:
    assert as_measurements(pl.DataFrame({"value": [1.0]}), {})["block_id"].to_list() == [None]


@given(st.permutations(range(6)))
def test_the_order_of_readings_does_not_matter(order: list[int]) -> None:
    rows = [{"sample_id": "C1", "size": float(i), "conc": 2.0**i} for i in range(6)]
    assert computed(*(rows[i] for i in order))["C1", "concentration"]["value"] == pytest.approx(2.5)
