from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.biexponential import Logicle
from tasks.methods.figure_style import panel
from tasks.methods.flow_pictures import limits, local_density, logicle_axis, profile, subsample

SCALE = Logicle(262_144.0, 0.5, 4.5)


def test_a_subsample_is_always_the_same_and_has_no_event_twice() -> None:
    chosen = subsample(10_000, 500)
    assert chosen.tolist() == subsample(10_000, 500).tolist()
    assert len(set(chosen.tolist())) == 500
    assert abs(chosen.mean() - 5_000) < 400
    assert subsample(3, 500).tolist() == [0, 1, 2]


def test_events_of_a_crowd_are_dense_and_lone_ones_are_not() -> None:
    draws = np.random.default_rng(0)
    x, y = np.append(draws.normal(0, 0.1, 2_000), 5), np.append(draws.normal(0, 0.1, 2_000), 5)
    found = local_density(x, y)
    assert found.max() <= 1
    assert found[-1] < 0.05 < np.median(found[:-1])
    assert local_density(np.array([1.0]), np.array([2.0])).tolist() == pytest.approx([1], abs=0.99)


def test_a_profile_peaks_at_a_hundred_percent_where_most_events_are() -> None:
    centres, heights = profile(np.random.default_rng(0).normal(0.4, 0.05, 20_000), 0, 1)
    assert heights.max() == pytest.approx(100)
    assert centres[heights.argmax()] == pytest.approx(0.4, abs=0.03)
    assert profile(np.empty(0), 0, 1)[1].max() == 0


def test_limits_hold_nearly_all_events_of_every_tube() -> None:
    tubes = [np.linspace(0.1, 0.5, 1_000), np.linspace(0.3, 0.8, 1_000), np.array([np.nan])]
    low, high = limits(tubes)
    assert low < 0.101
    assert high > 0.799
    assert limits([np.empty(0)]) == (0, 1)


def test_ticks_are_powers_of_ten_at_their_places() -> None:
    _, axes = panel()
    logicle_axis(axes, "x", SCALE, (-0.05, 1.0))
    texts = [t.get_text() for t in axes.get_xticklabels()]
    assert texts[0] == "0"
    assert texts[-1] == "10⁵"
    assert axes.get_xticks()[-1] == pytest.approx(float(SCALE.apply(np.array([1e5]))[0]))
