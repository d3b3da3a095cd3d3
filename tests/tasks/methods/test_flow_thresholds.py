from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.flow_thresholds import (
    control_threshold,
    data_threshold,
    density,
    modes,
    scale_for,
    thinned,
    valley,
)

RNG = np.random.default_rng(3)
NEGATIVE = RNG.normal(100, 80, 20_000)
POSITIVE = RNG.lognormal(np.log(6_000), 0.4, 5_000)
SCALE = scale_for(np.concatenate([NEGATIVE, POSITIVE]), 262_144)


def test_the_linear_part_of_the_scale_is_as_wide_as_the_negative_values() -> None:
    assert scale_for(np.array([1.0, 2.0]), 1_000).w == 0.5
    wide, narrow = scale_for(NEGATIVE * 10, 262_144).w, scale_for(NEGATIVE, 262_144).w
    assert 2.2 >= wide > narrow > 0
    depth = abs(np.percentile(NEGATIVE[NEGATIVE < 0], 5))
    assert narrow == pytest.approx((4.5 - np.log10(262_144 / depth)) / 2)


def test_a_control_gives_its_percentile() -> None:
    found = control_threshold(NEGATIVE, "fmo", SCALE)
    assert found
    assert (found.value, found.method, found.flag) == (np.percentile(NEGATIVE, 99.5), "fmo: 99.5th percentile", None)


def test_a_control_with_stained_cells_in_it_is_flagged_and_does_not_raise_the_threshold() -> None:
    found = control_threshold(np.concatenate([NEGATIVE, POSITIVE]), "unstained", SCALE)
    assert found
    assert found.flag == "control_not_negative"
    assert found.value == pytest.approx(np.percentile(NEGATIVE, 99.5), rel=0.1)


def test_too_small_a_control_gives_none() -> None:
    assert control_threshold(NEGATIVE[:99], "unstained", SCALE) is None
    assert data_threshold([NEGATIVE[:99]], SCALE) is None
    assert data_threshold([], SCALE) is None


def test_two_populations_are_parted_at_the_valley() -> None:
    found = data_threshold([NEGATIVE, POSITIVE], SCALE)
    assert found
    assert found.method == "data-driven: valley of the density"
    assert 400 < found.value < 2_500


def test_a_shoulder_is_parted_where_two_components_cross() -> None:
    near = np.concatenate([RNG.normal(0.30, 0.05, 20_000), RNG.normal(0.46, 0.06, 2_000)])
    assert valley(near) is None
    found = data_threshold([SCALE.inverse(near)], SCALE)
    assert found
    assert found.method == "data-driven: two-component mixture"
    assert 0.36 < float(SCALE.apply(np.array([found.value]))[0]) < 0.44


def test_one_population_has_no_threshold_but_its_own_edge() -> None:
    found = data_threshold([NEGATIVE], SCALE)
    assert found
    assert (found.flag, found.method) == ("no_separation", "data-driven: median + 3 robust SD")
    assert 250 < found.value < 700
    assert float((found.value <= NEGATIVE).mean()) < 0.01


def test_samples_count_alike_however_many_events_they_have() -> None:
    small = RNG.lognormal(np.log(6_000), 0.4, 500)
    assert data_threshold([NEGATIVE, small], SCALE) == data_threshold([NEGATIVE, small], SCALE)
    assert thinned(np.arange(1_000.0), 10).tolist() == [0, 111, 222, 333, 444, 555, 666, 777, 888, 999]


@given(shift=st.floats(-5, 5), scale=st.floats(0.1, 10))
def test_the_density_has_the_same_modes_wherever_it_lies(shift: float, scale: float) -> None:
    values = np.concatenate([np.linspace(0, 1, 500) ** 2, 3 + np.linspace(0, 1, 300)])
    assert len(modes(density(values * scale + shift)[1], 0.3)) == len(modes(density(values)[1], 0.3))
