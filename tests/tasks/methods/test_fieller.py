from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.fieller import Ratio, fieller


def rescued(values: np.ndarray) -> Ratio:
    """Rescue of independent groups control, disease, treatment (rows)."""
    means, count = values.mean(axis=1), values.shape[1]
    df = values.size - 3
    error = values.var(axis=1, ddof=1).mean() / count
    return fieller(means[2] - means[1], means[0] - means[1], (2 * error, 2 * error, error), df=df, alpha=0.05)


def coverage(runs: int, count: int, sd: float, seed: int) -> tuple[int, int]:
    """Intervals that hold the true rescue of 0.6, and runs whose set is no interval."""
    random = np.random.default_rng(seed)
    held = unbounded = 0
    for values in random.normal(np.array([[0.0], [-1.0], [-0.4]]), sd, size=(runs, 3, count)):
        found = rescued(values)
        unbounded += found.confidence_set != "interval"
        held += found.ci_low <= 0.6 <= found.ci_high
    return held, unbounded


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    held, unbounded = coverage(1500, 3, 0.1, 5)
    assert unbounded == 0
    assert stats.binomtest(held, 1500, 0.95).pvalue > 0.001


@pytest.mark.soak
@pytest.mark.parametrize(("count", "sd"), [(3, 0.1), (5, 0.2), (10, 0.25)])
def test_intervals_cover_the_truth_in_a_large_simulation(count: int, sd: float) -> None:
    held, unbounded = coverage(40_000, count, sd, 17)
    assert unbounded < 400
    assert stats.binomtest(held, 40_000 - unbounded, 0.95).pvalue > 0.001


@pytest.mark.parametrize(
    ("numerator", "denominator", "shape"),
    [(0.6, 1.0, "interval"), (5.0, 0.2, "two_rays"), (0.1, 0.2, "all_values")],
)
def test_the_set_is_an_interval_only_where_the_denominator_differs_from_0(
    numerator: float, denominator: float, shape: str
) -> None:
    found = fieller(numerator, denominator, (0.02, 0.02, 0.01), df=6, alpha=0.05)
    assert found.confidence_set == shape
    assert math.isnan(found.ci_low) is (shape != "interval")
    is_clear = bool(2 * stats.t.sf(abs(denominator) / 0.02**0.5, 6) < 0.05)
    assert is_clear is (shape == "interval")


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 3))
@settings(deadline=None, max_examples=50)
def test_the_set_holds_exactly_the_ratios_that_a_t_test_does_not_reject(seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    a, b = random.normal(size=2)
    root = random.normal(size=(2, 2)) * spread
    v = root @ root.T
    found = fieller(a, b, (v[0, 0], v[1, 1], v[0, 1]), df=5, alpha=0.05)

    def is_kept(ratio: float) -> bool:
        spread = v[0, 0] - 2 * ratio * v[0, 1] + ratio**2 * v[1, 1]
        return abs(a - ratio * b) <= stats.t.isf(0.025, 5) * spread**0.5

    far = is_kept(1e9), is_kept(-1e9)
    assert any(bool(f) for f in far) is (found.confidence_set != "interval")
    if found.confidence_set == "interval":
        width = found.ci_high - found.ci_low
        for end, outwards in ((found.ci_low, -1), (found.ci_high, 1)):
            assert is_kept(end - outwards * 1e-6 * width)
            assert not is_kept(end + outwards * 1e-6 * width)
        assert found.ci_low <= found.estimate <= found.ci_high
