from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from tasks.methods.independent_filtering import adjusted, filtered


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
@settings(deadline=None, max_examples=50)
def test_adjusted_p_values_are_scipys_and_unknown_ones_are_no_part_of_the_family(pvalues: list[float]) -> None:
    found = adjusted(np.array([np.nan, *pvalues]))
    assert np.isnan(found[0])
    assert found[1:] == pytest.approx(false_discovery_control(pvalues))


def test_features_below_a_threshold_that_pays_have_no_adjusted_p_value() -> None:
    random = np.random.default_rng(1)
    means = np.sort(np.exp(random.uniform(-3, 8, 4000)))
    pvalues = np.where((means > 20) & (random.random(4000) < 0.2), random.random(4000) * 0.01, random.random(4000))
    padj, threshold = filtered(pvalues, means, 0.05)
    assert 5 < threshold < 60
    assert np.isnan(padj).tolist() == (means < threshold).tolist()
    assert (padj < 0.05).sum() > (adjusted(pvalues) < 0.05).sum()


def test_few_rejections_filter_nothing_but_features_without_reads() -> None:
    padj, threshold = filtered(np.full(50, 0.5), np.arange(50.0), 0.05)
    assert threshold == pytest.approx(np.quantile(np.arange(50.0), 0.02))
    assert np.isnan(padj).sum() == 1
