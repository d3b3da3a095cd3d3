from __future__ import annotations

import numpy as np
import pytest

from tasks.methods.biexponential import Hyperlog, Logicle

SCALES = [Logicle(262_144, 0.5, 4.5), Logicle(10_000, 1, 4, 1), Hyperlog(10_000, 1, 4, 1)]
VALUES = np.concatenate([-np.geomspace(1e5, 1e-6, 300), [0.0], np.geomspace(1e-6, 1e9, 500)])


@pytest.mark.parametrize("scale", SCALES, ids=repr)
def test_every_value_is_where_the_inverse_finds_it_again(scale: Logicle | Hyperlog) -> None:
    positions = scale.apply(VALUES)
    assert (np.diff(positions) > 0).all()
    np.testing.assert_allclose(scale.inverse(positions), VALUES, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scale", SCALES, ids=repr)
def test_negative_values_mirror_positive_ones_around_zero(scale: Logicle | Hyperlog) -> None:
    zero = float(scale.apply(np.array([0.0]))[0])
    np.testing.assert_allclose(scale.apply(-VALUES) - zero, zero - scale.apply(VALUES), atol=1e-12)


def test_what_it_is_given_stays_as_it_was() -> None:
    values = VALUES.copy()
    SCALES[0].apply(values)
    assert np.array_equal(values, VALUES)
