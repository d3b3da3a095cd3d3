from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.methods.donor_matches import donor_matches


def drawn(seed: int, donors: int, conditions: int, effect: float = 0.5) -> tuple[np.ndarray, list[str], list[str]]:
    random = np.random.default_rng(seed)
    names = [f"d{i}" for i in range(donors)] * conditions
    groups = [f"c{k}" for k in range(conditions) for _ in range(donors)]
    values = random.normal(0, 0.4, size=(3000, donors * conditions))
    own, treatment = random.normal(0, effect, size=(3000, donors)), random.normal(0, 1, size=(3000, conditions))
    values += np.tile(own, conditions) + np.repeat(treatment, donors, axis=1)
    return values, names, groups


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("donors", "conditions"), [(3, 3), (4, 2), (8, 2)])
def test_exchanged_donors_are_found_and_right_ones_are_not(seed: int, donors: int, conditions: int) -> None:
    values, names, groups = drawn(seed, donors, conditions)
    right = donor_matches(values, names, groups)
    assert right.exchanged == ()
    assert (right.own > right.nearest_correlation).all()
    values[:, [0, 1]] = values[:, [1, 0]]
    found = donor_matches(values, names, groups).exchanged
    if conditions > 2:
        assert found == ((0, 1),)
    else:  # of two conditions nobody can say which was exchanged
        assert sorted(found) == [(0, 1), (donors, donors + 1)]


def test_correlations_are_means_over_samples_of_other_conditions() -> None:
    values, names, groups = drawn(1, 3, 3)
    values = values[:400]  # all features take part
    found = donor_matches(values, names, groups)
    means = np.stack([values[:, [i for i, g in enumerate(groups) if g == h]].mean(axis=1) for h in groups], axis=1)
    related = np.corrcoef((values - means).T)
    assert found.own[0] == pytest.approx((related[0, 3] + related[0, 6]) / 2)
    others = {d: (related[0, 3 + d] + related[0, 6 + d]) / 2 for d in (1, 2)}
    assert found.nearest[0] == f"d{max(others, key=lambda d: others[d])}"
    assert found.nearest_correlation[0] == pytest.approx(max(others.values()))


@given(st.integers(0, 10_000), st.integers(4, 8))
def test_without_effects_of_donors_nothing_is_exchanged(seed: int, donors: int) -> None:
    values, names, groups = drawn(seed, donors, 2, effect=0.0)
    assert donor_matches(values[:600], names, groups).exchanged == ()


def test_what_cannot_be_compared_has_no_number() -> None:
    values, names, groups = drawn(2, 3, 2)
    assert np.isnan(donor_matches(values, names, ["c0"] * 6).own).all()
    assert np.isnan(donor_matches(values, ["d0", "d1"] * 3, groups).own).all()
    assert donor_matches(values[:0], names, groups).nearest == (None,) * 6
    alone = donor_matches(values, ["d0", "d1", "d2", "d0", "d1", ""], groups)
    assert np.isnan(alone.own[[2, 5]]).all()
    assert np.isfinite(alone.own[[0, 1, 3, 4]]).all()
