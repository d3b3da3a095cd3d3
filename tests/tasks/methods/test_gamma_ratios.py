from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import digamma, gammaln

from tasks.methods.gamma_ratios import LIFT, log_rise, log_rise_and_slope

SIZES = np.array([5e-5, 0.1, 0.9, 3.0, 7.99, 8.0, 60.0, 1e3, 1e5, 1e8, 1e13])


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40, 3000])
def test_ratios_are_the_sums_over_a_counts_reads(count: int) -> None:
    """A count's ratio is the product of size, size + 1, ... size + count - 1: no special function needed."""
    many = np.full((2, len(SIZES)), float(count))
    value, slope = log_rise_and_slope(many, SIZES)
    logs = [math.fsum(math.log(size + k) for k in range(count)) for size in SIZES]
    inverses = [math.fsum(1 / (size + k) for k in range(count)) for size in SIZES]
    assert value[1] == pytest.approx(logs, rel=2e-14, abs=5e-13)
    assert slope[1] * SIZES == pytest.approx(np.array(inverses) * SIZES, rel=1e-12, abs=1e-14)
    assert (log_rise(many, SIZES) == value).all()
    large = SIZES >= LIFT
    unlifted = log_rise_and_slope(many[:, large], SIZES[large])
    assert unlifted[0] == pytest.approx(value[:, large], rel=2e-14, abs=5e-13)
    assert unlifted[1] == pytest.approx(slope[:, large], rel=2e-12, abs=1e-14)
    assert (log_rise(many[:, large], SIZES[large]) == unlifted[0]).all()
    assert count or not value.any()


def test_large_counts_agree_with_scipys_functions() -> None:
    counts, size = np.array([[1e6, 3.4e7, 2.1e9]]), np.array([0.05, 12.0, 900.0])
    value, slope = log_rise_and_slope(counts, size)
    assert value == pytest.approx(gammaln(counts + size) - gammaln(size), rel=1e-13)
    assert slope == pytest.approx(digamma(counts + size) - digamma(size), rel=1e-13)
