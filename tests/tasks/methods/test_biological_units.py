from __future__ import annotations

import statistics
from typing import Any

import polars as pl
import pytest

from tasks.methods.biological_units import biological_units, group_summaries, with_unit

Row = dict[str, Any]


def row(sample: str, donor: str, value: float | None, **more: object) -> Row:
    given: Row = {"measure": "expression", "target": "ACAN", "scale": "log2", "time_h": None, "sample_id": sample}
    given |= {"condition": sample.rstrip("0123456789"), "donor_id": donor, "value": value, "block_id": None}
    return given | {"is_excluded": False, "na_reason": None} | more


def summarised(*rows: Row) -> tuple[pl.DataFrame, dict[str, Row]]:
    frame = with_unit(
        pl.DataFrame(list(rows), schema_overrides={"time_h": pl.Float64, "block_id": pl.String, "na_reason": pl.String})
    )
    units = biological_units(frame)
    return units, {r["condition"]: r for r in group_summaries(frame, units, ["a", "b", "c"]).to_dicts()}


def test_cultures_of_a_donor_are_averaged_and_n_is_donors() -> None:
    units, found = summarised(
        row("a1", "p", 1.0), row("a2", "p", 3.0), row("a3", "q", 5.0), row("b1", "p", 1.0), row("b2", "q", 2.0)
    )
    assert units.filter(pl.col("condition") == "a")["value"].to_list() == [2.0, 5.0]
    assert (found["a"]["n"], found["a"]["n_unit"], found["a"]["mean"]) == (2, "donor", 3.5)
    assert found["a"]["sd"] == pytest.approx(statistics.stdev([2.0, 5.0]))
    assert found["a"]["sem"] == pytest.approx(statistics.stdev([2.0, 5.0]) / 2**0.5)
    assert found["a"]["geometric_mean"] == pytest.approx(2**3.5)


def test_with_one_donor_in_a_group_n_is_cultures_and_wells_are_never_n() -> None:
    _, found = summarised(
        *(row(f"a{i}", "line", float(i)) for i in (1, 2, 3)), row("b1", "p", 1.0), row("b2", "q", 1.0)
    )
    assert (found["a"]["n"], found["a"]["n_unit"]) == (3, "culture")
    _, twice = summarised(*(row(f"a{i}", "line", float(i), block_id=b) for i in (1, 2, 3) for b in ("P1", "P2")))
    assert twice["a"]["n"] == 3


def test_an_excluded_donor_does_not_turn_cultures_into_units() -> None:
    rows = [row(f"{c}{i}{d}", f"d{d}", 1.0, condition=c) for c in "ab" for i in (1, 2) for d in (1, 2)]
    lost = [r | {"is_excluded": r["condition"] == "b" and r["donor_id"] == "d2"} for r in rows]
    _, found = summarised(*lost)
    assert (found["a"]["n"], found["b"]["n"], found["b"]["n_unit"]) == (2, 1, "donor")
    assert (found["b"]["excluded_count"], found["b"]["sd"]) == (1, None)


def test_a_group_without_a_value_says_why() -> None:
    _, found = summarised(
        row("a1", "p", 1.0), row("b1", "p", None, na_reason="undetermined"), row("b2", "q", float("nan"))
    )
    assert (found["b"]["n"], found["b"]["mean"], found["b"]["na_reason"]) == (0, None, "undetermined")
    assert found["c"]["na_reason"] == "missing_group"
    _, found = summarised(row("a1", "p", 1.0), row("b1", "p", 2.0, is_excluded=True))
    assert found["b"]["na_reason"] == "excluded"


def test_a_culture_on_two_plates_has_one_value_and_both_plates_as_its_block() -> None:
    units, _ = summarised(row("a1", "p", 1.0, block_id="P1"), row("a1", "p", 3.0, block_id="P2"), row("a2", "p", 1.0))
    assert units["value"].to_list() == [2.0, 1.0]
    assert units["block"].to_list() == ["P1+P2", ""]
