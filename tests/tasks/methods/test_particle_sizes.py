from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.particle_sizes import bin_edges, distribution


def test_a_distribution_is_what_its_particles_would_give() -> None:
    centres = np.array([50.0, 100.0, 150.0, 200.0])
    counts = np.array([10.0, 60.0, 25.0, 5.0])
    found = distribution(centres, counts)
    particles = np.repeat(centres, counts.astype(int))
    assert found.total == 100
    assert found.mean_nm == pytest.approx(particles.mean())
    assert found.sd_nm == pytest.approx(particles.std())
    assert found.mode_nm == 100
    assert found.d10_nm == pytest.approx(75.0)  # the first bin holds exactly 10 %: its upper edge
    assert found.d50_nm == pytest.approx(75 + 50 * 40 / 60)
    assert found.d90_nm == pytest.approx(125 + 50 * 20 / 25)


def test_an_empty_distribution_has_no_sizes() -> None:
    found = distribution(np.array([1.0, 2.0]), np.array([0.0, 0.0]))
    assert (found.total, found.mean_nm, found.d50_nm) == (0, None, None)


def test_edges_lie_half_way_and_one_bin_begins_at_zero() -> None:
    assert bin_edges(np.array([0.5, 1.5, 2.5])).tolist() == [0, 1, 2, 3]
    assert bin_edges(np.array([100.0])).tolist() == [0, 200]


@given(st.lists(st.floats(0, 1e12), min_size=2, max_size=40).filter(lambda c: sum(c) > 1), st.integers(0, 13))
def test_a_dilution_changes_the_total_and_no_size(counts: list[float], halvings: int) -> None:
    factor = 2.0**halvings  # exact: a quantile between two equal halves lies anywhere, and rounding would choose
    centres = np.arange(len(counts)) + 0.5
    once, twice = distribution(centres, np.array(counts)), distribution(centres, np.array(counts) * factor)
    assert twice.total == pytest.approx(once.total * factor)
    for name in ("mean_nm", "mode_nm", "d10_nm", "d50_nm", "d90_nm"):
        assert getattr(twice, name) == pytest.approx(getattr(once, name), rel=1e-6, abs=1e-6)
    assert once.d10_nm is not None
    assert once.d50_nm is not None
    assert once.d90_nm is not None
    assert 0 <= once.d10_nm <= once.d50_nm <= once.d90_nm <= len(counts)
