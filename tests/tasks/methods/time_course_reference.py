"""R's data and numbers of tests/reference/time_courses.R."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from tasks.methods.repeated_measures import Effect

FOLDER = Path(__file__).parents[2] / "reference"
NAMES = ("condition", "time", "condition:time")


@cache
def data(case: str) -> pl.DataFrame:
    """Rows of a case: subject, condition, time, value."""
    return pl.read_csv(FOLDER / "time_courses_data.csv").filter(pl.col("case") == case)


@cache
def numbers(case: str, method: str) -> dict[str, dict[str, Any]]:
    """R's numbers by effect."""
    rows = pl.read_csv(FOLDER / "time_courses_numbers.csv").filter(
        (pl.col("case") == case) & (pl.col("method") == method)
    )
    assert sorted(rows["effect"]) == sorted(NAMES)
    return {row["effect"]: row for row in rows.to_dicts()}


def cube(case: str) -> npt.NDArray[np.float64]:
    """Values as subjects x conditions x times."""
    rows = data(case).sort("subject", "condition", "time")
    return rows["value"].to_numpy().reshape([rows[c].n_unique() for c in ("subject", "condition", "time")])


def codes(values: pl.Series) -> npt.NDArray[np.int64]:
    """Codes from 0 in alphabetical order."""
    return values.rank("dense").cast(pl.Int64).to_numpy() - 1


def assert_like_r(found: list[Effect], expected: dict[str, dict[str, Any]]) -> None:
    """Every number that R has is ours to 1e-9."""
    assert [e.name for e in found] == [n for n in NAMES if n in expected] or {e.name for e in found} == set(expected)
    for effect in found:
        row = expected[effect.name]
        assert effect.na_reason is None
        assert (effect.df1, effect.df2) == (row["df1"], row["df2"])
        pairs = {"statistic": effect.statistic, "pvalue": effect.pvalue, "partial": effect.partial_eta_squared,
                 "generalized": effect.generalized_eta_squared}  # fmt: skip
        if row["epsilon_gg"] is not None:
            ball = effect.sphericity
            assert ball
            row = row | {"epsilon_hf": min(row["epsilon_hf"], 1.0)}
            pairs |= {"epsilon_gg": ball.epsilon_gg, "epsilon_hf": ball.epsilon_hf, "mauchly_w": ball.mauchly_w,
                      "mauchly_pvalue": ball.mauchly_pvalue, "pvalue_gg": effect.corrected(ball.epsilon_gg),
                      "pvalue_hf": effect.corrected(ball.epsilon_hf)}  # fmt: skip
            if row["mauchly_pvalue_car"] is not None:
                assert row["mauchly_pvalue"] == pytest.approx(row["mauchly_pvalue_car"], abs=0.01)
        for name, value in pairs.items():
            if row[name] is not None:
                assert not math.isnan(value), name
                assert value == pytest.approx(row[name], rel=1e-9, abs=1e-14), f"{effect.name} {name}"
