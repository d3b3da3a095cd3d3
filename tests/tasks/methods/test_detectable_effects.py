from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nct
from scipy.stats import t as student

from tasks.methods.detectable_effects import detectable_difference, power_at

REFERENCE = Path(__file__).parents[2] / "reference" / "detectable_effects_R.csv"
ROWS = list(csv.DictReader(line for line in REFERENCE.read_text().splitlines() if not line.startswith("#")))


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['type']} {r['n']} {float(r['alpha']):.4f}")
def test_it_is_the_delta_of_r_power_t_test(row: dict[str, str]) -> None:
    n, sd = int(row["n"]), float(row["sd"])
    is_paired = row["type"] == "paired"
    error = sd / n**0.5 if is_paired else sd * (2 / n) ** 0.5
    found = detectable_difference(error, n - 1 if is_paired else 2 * n - 2, alpha=float(row["alpha"]))
    assert found == pytest.approx(float(row["delta"]), rel=1e-6)


def test_a_family_is_tested_at_its_share_of_alpha() -> None:
    assert detectable_difference(0.4, 4, alpha=0.05, family_size=15) == detectable_difference(0.4, 4, alpha=0.05 / 15)


@pytest.mark.parametrize(("error", "df"), [(0.0, 4), (float("nan"), 4), (float("inf"), 4), (1.0, 0)])
def test_without_scatter_or_degrees_of_freedom_there_is_none(error: float, df: float) -> None:
    assert detectable_difference(error, df, alpha=0.05) is None


@given(st.floats(0, 6), st.integers(2, 60), st.sampled_from([0.05, 0.01]))
def test_power_is_that_of_the_noncentral_t(difference: float, df: int, alpha: float) -> None:
    limit = student.ppf(1 - alpha / 2, df)
    expected = nct.sf(limit, df, difference) + nct.cdf(-limit, df, difference)
    assert power_at(difference, df, limit) == pytest.approx(expected, abs=1e-5)


@given(st.floats(0.01, 100), st.integers(1, 40), st.floats(0.1, 10))
def test_it_scales_with_the_unit(error: float, df: int, factor: float) -> None:
    one, other = (detectable_difference(error * f, df, alpha=0.05) for f in (1, factor))
    assert one is not None
    assert other == pytest.approx(one * factor)
