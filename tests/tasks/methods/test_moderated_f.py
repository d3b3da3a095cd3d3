from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.methods.linear_models import Blocks, lm_fit
from tasks.methods.moderated_f import moderated_f
from tasks.methods.moderated_t import e_bayes, moderated_t

GROUPS = np.repeat([0, 1, 2], 4)
DESIGN = np.column_stack([np.ones(12), GROUPS == 1, GROUPS == 2]).astype(float)


def values(seed: int, features: int = 40) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.normal(size=(features, 12)) * random.gamma(4, size=(features, 1)) + random.normal(size=(features, 1))


def test_with_variances_left_as_they_are_it_is_the_f_of_an_analysis_of_variance() -> None:
    y = values(1)
    model = e_bayes(lm_fit(y, DESIGN))
    plain = stats.f_oneway(y[:, :4].T, y[:, 4:8].T, y[:, 8:].T)
    found, pvalues = moderated_f(model, [1, 2])
    assert found * model.variances == pytest.approx(plain.statistic * model.fit.variances)
    assert pvalues == pytest.approx(stats.f.sf(found, 2, model.prior.df + 9))


@given(st.integers(0, 500), st.booleans())
def test_one_coefficient_gives_the_square_of_t(seed: int, has_blocks: bool) -> None:  # noqa: FBT001
    y = values(seed)
    weights = np.random.default_rng(seed).gamma(9, size=y.shape)
    blocks = Blocks([str(i % 4) for i in range(12)], 0.4) if has_blocks else None
    model = e_bayes(lm_fit(y, DESIGN, weights, blocks))
    found, pvalues = moderated_f(model, [2])
    tested = moderated_t(model, np.array([0.0, 0, 1]))
    assert found == pytest.approx(tested.t**2)
    assert pvalues == pytest.approx(stats.f.sf(found, 1, np.minimum(model.prior.df + 9, 1e9)))


def test_another_reference_level_gives_the_same_f_without_weights() -> None:
    other = DESIGN.copy()
    other[:, 1] = GROUPS == 0
    first, second = (moderated_f(e_bayes(lm_fit(values(3), d)), [1, 2])[0] for d in (DESIGN, other))
    assert first == pytest.approx(second)


def test_features_without_variation_are_not_significant_and_without_noise_are() -> None:
    y = values(4)
    y[0] = 5.0
    found, pvalues = moderated_f(e_bayes(lm_fit(y, DESIGN)), [1, 2])
    assert found[0] == pytest.approx(0, abs=1e-20)
    assert pvalues[0] == pytest.approx(1)
    alike = np.tile(GROUPS.astype(float), (5, 1))
    found, pvalues = moderated_f(e_bayes(lm_fit(alike, DESIGN)), [1, 2])
    assert np.isfinite(pvalues).all()
    assert (pvalues < 1e-10).all()
