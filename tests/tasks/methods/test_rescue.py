from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from schemas.base import columns
from schemas.tables.measurements import Measurement
from tasks.methods.rescue import RescueQuestion, rescue_rows

REFERENCE = Path(__file__).parents[2] / "reference"
SCHEMA = {c.name: c.dtype for c in columns(Measurement)}
ORDER = ("control", "il1b", "usc", "exo")
Row = dict[str, Any]


def measured(condition: str, donor: str, value: float | None, **more: object) -> Row:
    row: Row = {"measure": "protein", "target": "ACAN", "scale": "log2", "condition": condition, "donor_id": donor}
    return row | {"sample_id": f"{donor}_{condition}", "value": value, "is_excluded": False} | more


def rescued(rows: list[Row], **more: Any) -> dict[str, Row]:  # noqa: ANN401  # fields of the question
    given: Row = {"conditions": ORDER, "control": "control", "disease": "il1b", "alpha": 0.05, "design": "auto"}
    question = RescueQuestion(**given | {"primary_time_h": None} | more)
    frame = pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA)
    return {r["treatment"]: r for r in rescue_rows(frame, question)}


def reference(column: str = "value", *, is_all: bool = True) -> list[Row]:
    rows = pl.read_csv(REFERENCE / "rescue_data.csv").filter(pl.lit(value=is_all) | pl.col("used")).to_dicts()
    return [measured(r["condition"], r["donor"], r[column]) for r in rows]


@pytest.mark.parametrize(
    ("case", "design", "note"),
    [
        ("plain", "independent", "n = donors; independent groups"),
        ("blocked", "auto", "n = donors; donor held constant"),
        ("unbalanced", "blocked", "n = donors; donor held constant"),
    ],
)
def test_rescue_and_its_interval_are_those_found_by_searching_in_r(case: str, design: str, note: str) -> None:
    found = rescued(reference(is_all=case != "unbalanced"), design=design)
    expected = pl.read_csv(REFERENCE / "rescue_numbers.csv").filter(pl.col("case") == case).to_dicts()
    assert [r["treatment"] for r in expected] == list(found)
    for row in expected:
        for name in ("rescue", "ci_low", "ci_high", "df"):
            assert found[row["treatment"]][name] == pytest.approx(row[name], rel=1e-9, abs=1e-10), name
        assert (found[row["treatment"]]["design_note"], found[row["treatment"]]["na_reason"]) == (note, None)


def test_a_disease_without_an_effect_has_no_rescue() -> None:
    expected = pl.read_csv(REFERENCE / "rescue_numbers.csv").filter(pl.col("case") == "weak")
    assert expected["rescue"].null_count() == 2
    rows = pl.read_csv(REFERENCE / "rescue_data.csv").group_by("condition").agg(pl.col("weak").mean())
    means = dict(rows.iter_rows())
    for row in rescued(reference("weak")).values():
        assert (row["na_reason"], row.get("rescue"), row.get("ci_low")) == ("no_disease_effect", None, None)
        assert row["confidence_set"] in ("two_rays", "all_values")
        assert row["disease_effect"] == pytest.approx(means["il1b"] - means["control"])


def test_effects_are_on_the_tested_scale_and_rescue_is_their_ratio() -> None:
    row = rescued(reference())["exo"]
    assert row["rescue"] == pytest.approx(row["treatment_effect"] / -row["disease_effect"])
    assert (row["scale"], row["n_control"], row["n_unit"]) == ("log2", 4, "donor")


def lines(values: dict[str, list[float | None]]) -> list[Row]:
    return [measured(c, "line", v, sample_id=f"{c}{i}") for c, many in values.items() for i, v in enumerate(many)]


@pytest.mark.parametrize(
    ("exo", "reason"),
    [([2.0], "n_below_2"), ([None, None], "missing_group"), ([2.0, 2.5, float("nan")], None)],
)
def test_a_small_or_lost_treatment_says_so_and_leaves_the_other(exo: list[float | None], reason: str | None) -> None:
    found = rescued(lines({"control": [5.0, 5.2, 4.9], "il1b": [1.0, 1.2, 0.9], "usc": [3.0, 3.3, 2.9], "exo": exo}))
    assert found["exo"]["na_reason"] == reason
    assert found["usc"]["na_reason"] is None


@pytest.mark.parametrize(
    ("control", "il1b", "usc", "reason"),
    [
        ([5.0], [1.0, 1.2], [3.0, 3.1], "n_below_2"),
        ([], [1.0, 1.2], [3.0, 3.1], "missing_group"),
        ([5.0, 5.0], [5.0, 5.0], [5.0, 5.0], "no_variance"),
        ([5.0, 5.0], [1.0, 1.0], [3.0, 3.0], "zero_within_group_variance"),
    ],
)
def test_degenerate_groups_give_reasons(control: list[float], il1b: list[float], usc: list[float], reason: str) -> None:
    row = rescued(lines({"control": control, "il1b": il1b, "usc": usc}), conditions=ORDER[:3])["usc"]
    assert (row["na_reason"], row.get("rescue")) == (reason, None)


def test_groups_on_membranes_of_their_own_cannot_be_compared() -> None:
    rows = [r | {"block_id": r["condition"]} for r in reference()]
    assert {r["na_reason"] for r in rescued(rows).values()} == {"aliased_with_block"}


def test_times_are_apart_and_only_one_is_confirmatory() -> None:
    rows = [r | {"time_h": t} for r in reference() for t in (24.0, 72.0)]
    frame = pl.DataFrame([{k: r.get(k) for k in SCHEMA} for r in rows], schema=SCHEMA)
    question = RescueQuestion(ORDER, "control", "il1b", 0.05, "auto", 72.0)
    notes = {(r["time_h"], r["treatment"]): r["design_note"] for r in rescue_rows(frame, question)}
    assert len(notes) == 4
    assert [("exploratory: 72 h" in n) for (t, _), n in sorted(notes.items())] == [True, True, False, False]
